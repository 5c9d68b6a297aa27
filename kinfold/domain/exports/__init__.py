"""Lists of clients as files, for spreadsheets and other systems: made once, fetched by whoever asked, then removed."""
