"""What each action in the trail means, in words that follow a person's name: "Ada … opened a client's record".

Packages register their actions where they record them; a test holds that no action is without its words.
"""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "access.refused": "was refused",
    "practice.started": "started the practice",
    "member.joined": "joined the team",
}


def says(**sentences: str) -> None:
    """Register sentences; `member__joined` stands for the action `member.joined`."""
    SENTENCES.update({name.replace("__", "."): sentence for name, sentence in sentences.items()})


def sentence(action: str) -> str:
    """The words of an action."""
    return SENTENCES.get(action, action.replace(".", " ").replace("_", " "))
