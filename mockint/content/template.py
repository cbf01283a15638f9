"""A new question and its rubric, to be filled in."""

from pathlib import Path

from mockint.content.schema import name_objection
from mockint.content.source import Part
from mockint.content.topics import topic_objection
from mockint.domain.errors import ContentError, StorageError


def write_templates(pack: Path, topic: str, question_id: str) -> tuple[Path, Path]:
    """Write the two files of a new question below ``pack``, and return where they are.

    They parse, and the check names every place that is to be filled in. What exists already is
    never written over, and neither file is written where the other cannot be.

    Raises:
        ContentError: The topic or the id is none, or one of the files is there already.
        StorageError: A file cannot be written.
    """
    if why := topic_objection(topic):
        raise ContentError(f"{why}.")
    if why := name_objection(question_id):
        raise ContentError(f"{why}.")
    texts = {Part.QUESTIONS: _QUESTION, Part.RUBRICS: _RUBRIC}
    files = {part: pack / part / topic / f"{question_id}.toml" for part in texts}
    written: list[Path] = []
    try:
        for part, file in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as out:
                written.append(file)
                out.write(texts[part].replace("@TOPIC@", topic).replace("@ID@", question_id))
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise ContentError(f"{error.filename} is there already; nothing was written.") from None
        why = error.strerror or str(error)
        raise StorageError(f"Cannot write {error.filename or pack}: {why}.") from error
    return files[Part.QUESTIONS], files[Part.RUBRICS]


_QUESTION = '''\
# A question; what a good answer says stands in rubrics/@TOPIC@/@ID@.toml.
# `mockint bank check` names every place that is still to be filled in.

id = "@ID@"  # the name of this file
topic = "@TOPIC@"  # the folder that it lies in
level = "mid"  # whom it is fair for: junior, mid or senior
kind = "concept"  # or comparison, derivation, estimation, debugging, design, behavioural
minutes = 4  # the time that a good answer takes to type
# covers = ["another-id"]  # questions that this one asks as well; their ids then lead here

# The question, as an interviewer says it; Markdown.
[prompt]
en = "FILL IN: the question."
zh = "FILL IN: 题目。"

# What a very good candidate says in that time: 80 to 200 words, and natural in either language.
[reference]
en = """
FILL IN: the answer.
"""
zh = """
FILL IN: 参考答案。
"""

# From vague to telling; may be left out.
[[hints]]
en = "FILL IN: a hint."
zh = "FILL IN: 提示。"

# What an interviewer may ask next; may be left out.
[[follow_ups]]
en = "FILL IN: a further question."
zh = "FILL IN: 追问。"

# What the answer rests on: a paper, a page of documentation.
[[sources]]
title = "FILL IN: the title, as printed"
where = "FILL IN: what finds it, such as an arXiv number or an address"
'''

_POINT = """
[[points]]
id = "fill-in-@NUMBER@"  # a short name, unique in this file
weight = 2  # its share of the score, relative to the other points
statement.en = "FILL IN: the claim."
statement.zh = "FILL IN: 要点。"
paraphrases = [
  { en = "FILL IN: the claim in other words.", zh = "FILL IN: 换一种说法。" },
]
twin.en = "FILL IN: the claim made false."
twin.zh = "FILL IN: 常见的错误说法。"
keywords = [
  { en = ["FILL IN: a term", "FILL IN: an alias"], zh = ["FILL IN: 术语"] },
]
probe.en = "FILL IN: what to ask when the claim is missing."
probe.zh = "FILL IN: 缺少该要点时的追问。"
"""

_RUBRIC = (
    """\
# What a good answer to questions/@TOPIC@/@ID@.toml says.
# `mockint bank check` names every place that is still to be filled in; `mockint bank test` then
# proves the rubric on the real grader.

question = "@ID@"  # the name of this file

# Three to seven points. Each is one claim that can be true or false on its own. Its twin is false
# in the way people really get it wrong, in other words than a mere "not". Keywords are terms that
# an answer making the claim can hardly avoid, each with its aliases, the usual form first.
"""
    + "".join(_POINT.replace("@NUMBER@", number) for number in "123")
    + """
# A false belief that circulates about the question; may be left out, or there may be several.
[[misconceptions]]
id = "fill-in-myth"
statement.en = "FILL IN: what people believe."
statement.zh = "FILL IN: 误解。"
correction.en = "FILL IN: what is true."
correction.zh = "FILL IN: 更正。"
source = "FILL IN: what shows it"

# Answers that somebody might type, with the band that each must get: excellent, good, fair, weak
# or poor. They prove the rubric.
[[samples]]
band = "excellent"
text.en = "FILL IN: a very good answer, in other words than the reference."
text.zh = "FILL IN: 优秀的回答。"

[[samples]]
band = "poor"
text.en = "FILL IN: an answer that sounds well and says nothing."
text.zh = "FILL IN: 空洞的回答。"
"""
)
