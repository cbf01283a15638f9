"""The settings file, value by value; imported only where there is one."""

from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from mockint.content.topics import topic_objection
from mockint.domain.language import Language
from mockint.domain.question import Level


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError
    return text.strip()


def _topic(text: str) -> str:
    if topic_objection(text):
        raise ValueError
    return text


Word = Annotated[str, Field(max_length=4096), AfterValidator(_one_line)]


class SettingsModel(BaseModel):
    """What config.toml may hold; the meaning stands in ``Settings``."""

    model_config = ConfigDict(strict=True, extra="ignore")

    encoder: Word = "default"
    theme: Word = "mockint-dark"
    language: Annotated[Language, Field(strict=False)] = Language.EN
    level: Annotated[Level, Field(strict=False)] | None = None
    topics: list[Annotated[str, AfterValidator(_topic)]] = []
    count: Annotated[int, Field(ge=1, le=100)] = 5
    minutes: Annotated[float, Field(ge=1, le=600, allow_inf_nan=False)] = 20.0
    packs: Annotated[list[Word], Field(max_length=100)] = []
    keymap: dict[Word, Word] = {}


_WANTED = {
    "encoder": "a name or a folder in quotes",
    "theme": "the name of a theme in quotes",
    "language": '"en" or "zh"',
    "level": '"junior", "mid" or "senior"',
    "topics": "a list of topic ids, as `mockint bank list` shows them",
    "count": "a whole number from 1 to 100",
    "minutes": "a number from 1 to 600",
    "packs": "a list of folders or zip files in quotes",
    "keymap": "a table of action = keys, both in quotes",
}


def checked(data: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The usable values of a settings file, and a sentence for each that is not."""
    complaints = [_unknown(key) for key in data if key not in _WANTED]
    try:
        model = SettingsModel.model_validate(data)
    except ValidationError as error:
        bad = {str(problem["loc"][0]) for problem in error.errors(include_url=False)}
        complaints += [f"{key} must be {_WANTED[key]}." for key in _WANTED if key in bad]
        model = SettingsModel.model_validate({k: v for k, v in data.items() if k not in bad})
    values = {name: getattr(model, name) for name in model.model_fields_set}
    if "topics" in values:
        values["topics"] = tuple(dict.fromkeys(values["topics"]))
    return values, tuple(complaints)


def _unknown(key: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in key[:60])
    near = get_close_matches(key, _WANTED, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"{shown} is not a setting that this version knows.{hint}"
