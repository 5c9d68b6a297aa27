"""One of each thing with an address, by area: what `setting.set_stage` puts on the stage."""
