"""Lint: every rule is seen failing once, on a cassette that is clean but for one thing."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.core.errors import HarnessError
from harness.jobs.record.cassette import verb
from harness.provider.cassettes import interactions_sha256, read, write
from harness.provider.cassettes.lint import SIZE_BYTES, lint
from harness.provider.cassettes.write import dumps
from harness.provider.fake.service import Service
from harness.provider.profiles import OPENAI
from tests.provider.cassettes.made import cassette, chat, interaction
from tests.provider.simulator.ask import CHAT, IMAGES, RUNWARE, post, say, task

DAY = date(2026, 9, 1)
NAME = "openai/writer/x"


def linted(folder: Path, made, *, today: date = DAY, text: str | None = None, played=(NAME,)) -> list[tuple[str, str]]:
    path = folder / f"{NAME}.yaml"
    write(made, path)
    if text is not None:
        path.write_text(text)
    return [(problem.code, problem.severity) for problem in lint(folder, played, today)]


def words(folder: Path, code: str, today: date = DAY) -> str:
    return next(problem.message for problem in lint(folder, [NAME], today) if problem.code == code)


def broken(**usage):
    """A chat whose usage was changed."""
    good = chat()
    body = json.loads(good.response.body)
    body["usage"].update(usage)
    return interaction(CHAT, json.loads(good.request.body), body)


def test_a_good_cassette_has_no_problem(tmp_path):
    """The base of all cases below."""
    assert linted(tmp_path, cassette(chat())) == []


def test_a_cassette_without_provenance_is_told(tmp_path):
    """Nobody could say where it comes from."""
    assert ("cassette-provenance", "error") in linted(tmp_path, replace(cassette(chat()), provenance=None))


@pytest.mark.parametrize(
    "change",
    [{"command": ""}, {"recorded_at": "yesterday"}, {"provider": "runware"}, {"model": "gpt-5.1"}, {"edited": ({"what": "a price"},)}],
)  # fmt: skip
def test_provenance_must_be_complete_and_true(tmp_path, change):
    """An empty part, no date, another provider or model than the traffic, an edit without a reason."""
    assert ("cassette-provenance", "error") in linted(tmp_path, cassette(chat(), **change))


def test_changed_interactions_are_told(tmp_path):
    """A hand-edited price no longer fits the hash."""
    made = cassette(chat())
    made = replace(
        made, provenance=replace(made.provenance, interactions_sha256=interactions_sha256(made.interactions))
    )
    text = dumps(made).replace('"cached_tokens": 0', '"cached_tokens": 1')
    assert linted(tmp_path, made, text=text) == [("cassette-hash", "error")]


@pytest.mark.parametrize(
    ("origin", "upstream"),
    [("invented", "x"), ("simulated", "https://api.openai.com"), ("recorded", "harness.provider.simulator")],
)
def test_origin_and_upstream_must_agree(tmp_path, origin, upstream):
    """Three known origins; the simulator's name goes with simulated and with nothing else."""
    assert ("cassette-origin", "error") in linted(tmp_path, cassette(chat(), origin=origin, upstream=upstream))


def test_a_simulated_answer_never_passes_for_a_recorded_one(tmp_path):
    """Provenance that lies is found: the simulator gives the very same answer."""
    linted(tmp_path, cassette(chat(), origin="recorded", upstream="https://api.openai.com"))
    assert "answer 0 is the simulator's own" in words(tmp_path, "cassette-origin")


def test_a_recorded_answer_may_say_so(tmp_path):
    """An answer that the simulator would not give is believed."""
    body = json.loads(chat().response.body)
    body["choices"][0]["message"]["content"] = "Ahoy."
    made = cassette(interaction(CHAT, say("Say hello"), body), origin="recorded", upstream="https://api.openai.com")
    assert linted(tmp_path, made) == []


def test_secrets_are_told_by_place(tmp_path):
    """The scan runs over the file as it is committed."""
    answer = json.loads(chat().response.body)
    answer["choices"][0]["message"]["content"] = "Use sk-9dF3kQ0pLmX71bTz for that."
    assert ("cassette-secret", "error") in linted(tmp_path, cassette(interaction(CHAT, say("Say hello"), answer)))
    assert "sk-9dF" not in words(tmp_path, "cassette-secret")


@pytest.mark.parametrize(
    "one",
    [broken(total_tokens=1), broken(completion_tokens=-1), interaction(CHAT, {**say("Say hello"), "colour": 1}, chat().response.body)],
    ids=["wrong total", "negative", "unknown parameter"],
)  # fmt: skip
def test_breaches_of_the_contract_are_told(tmp_path, one):
    """In answers and in requests that were answered with 200."""
    assert ("cassette-contract", "error") in linted(tmp_path, cassette(one))


def test_a_refused_request_may_break_the_contract(tmp_path):
    """A 400 is there to show just that."""
    assert linted(tmp_path, cassette(chat(max_tokens=0), model="gpt-4o-mini", shutdown_date="2027-01-14")) == []


def test_unknown_fields_warn(tmp_path):
    """A field that the provider added does not fail the lint."""
    body = {**json.loads(chat().response.body), "mood": "good"}
    assert linted(tmp_path, cassette(interaction(CHAT, say("Say hello"), body))) == [("cassette-unknown", "warning")]


@pytest.mark.parametrize(
    ("origin", "today", "severity", "said"),
    [
        ("simulated", date(2026, 11, 14), None, ""),
        ("simulated", date(2026, 11, 15), "warning", "in 60 days"),
        ("recorded", date(2026, 12, 1), "error", "in 44 days: record it again while it can be"),
        ("recorded", date(2027, 1, 14), "warning", "ended 2027-01-14: this can never be recorded again"),
    ],
)
def test_ends_of_models_are_flagged(tmp_path, origin, today, severity, said):
    """Sixty days before; a recording must be renewed in time, a simulated one is only a reminder."""
    body = json.loads(chat().response.body)
    body["choices"][0]["message"]["content"] = "Ahoy."
    upstream = "harness.provider.simulator" if origin == "simulated" else "https://api.openai.com"
    found = linted(
        tmp_path, cassette(interaction(CHAT, say("Say hello"), body), origin=origin, upstream=upstream), today=today
    )
    assert found == ([("cassette-shutdown", severity)] if severity else [])
    assert not severity or said in words(tmp_path, "cassette-shutdown", today)


def test_provenance_must_name_the_end_of_its_model(tmp_path):
    """dall-e-3 is retired: a cassette that hides it is wrong."""
    body = {"model": "dall-e-3", "prompt": "A cup", "n": 1}
    made = cassette(
        interaction(IMAGES, body, post(IMAGES, body).body.replace(b"org-", b"o-").replace(b"user-", b"u-")),
        model="dall-e-3",
        shutdown_date="",
    )
    codes = linted(tmp_path, made)
    assert ("cassette-shutdown", "error") in codes
    assert "dall-e-3 ends 2026-05-12, provenance.shutdown_date says ''" in words(tmp_path, "cassette-shutdown")


def test_orphans_and_missing_recordings_are_told(tmp_path):
    """Both directions: a file that nobody plays, a tape that was never recorded."""
    codes = linted(tmp_path, cassette(chat()), played=["openai/writer/y"])
    assert codes == [("cassette-orphan", "error"), ("cassette-unrecorded", "error")]


def test_without_scenarios_nothing_is_an_orphan(tmp_path):
    """A folder of somebody else's is judged by itself."""
    assert linted(tmp_path, cassette(chat()), played=None) == []


def test_large_cassettes_are_told(tmp_path):
    """Nobody reviews half a megabyte."""
    body = {**json.loads(chat().response.body)}
    body["choices"][0]["message"]["content"] = "word " * (SIZE_BYTES // 5)
    assert ("cassette-size", "error") in linted(tmp_path, cassette(interaction(CHAT, say("Say hello"), body)))


def test_what_stock_vcrpy_does_not_load_is_told(tmp_path):
    """Our reader is more tolerant than vcrpy: such a file must not be shipped."""
    made = cassette(chat())
    made = replace(
        made, provenance=replace(made.provenance, interactions_sha256=interactions_sha256(made.interactions))
    )
    text = (
        dumps(made).replace("version: 1\n", "", 1).replace("    uri: ", "    uri : ").replace("    method: POST\n", "")
    )
    codes = linted(tmp_path, made, text=text)
    assert codes
    assert codes[0][0] in ("cassette-stock", "cassette-dialect", "cassette-syntax")


def test_an_unreadable_file_is_one_problem(tmp_path):
    """The reader's own code is kept, and the other files are still judged."""
    (tmp_path / "openai").mkdir()
    (tmp_path / "openai" / "bad.yaml").write_text("interactions: [")
    codes = linted(tmp_path, cassette(chat()), played=[NAME, "openai/bad"])
    assert codes == [("cassette-syntax", "error")]


def test_the_shipped_cassettes_have_no_error():
    """What this repository ships satisfies every rule, today's date apart."""
    folder = Path(__file__).resolve().parents[3] / "cassettes"
    assert [str(p) for p in lint(folder, None, DAY) if p.severity == "error"] == []


def test_the_command_lints_and_exits_with_one_on_errors(tmp_path):
    """Lines for people, one document for machines; the exit code follows the errors."""
    linted(tmp_path, cassette(broken(total_tokens=1)))
    run = CliRunner().invoke(
        verb.cassette, ["lint", str(tmp_path), "--today", "2026-09-01", "--json"], standalone_mode=False
    )
    found = json.loads(run.output)
    assert (run.return_value, found["cassettes"], found["errors"]) == (1, 1, 1)
    assert found["problems"][0]["code"] == "cassette-contract"
    run = CliRunner().invoke(verb.cassette, ["lint", str(tmp_path), "--today", "2026-09-01"], standalone_mode=False)
    assert run.output.endswith("1 cassette, 1 error, 0 warnings\n")


def test_the_commands_show_and_compare(tmp_path):
    """show, show --body, diff and drift on files; a wrong position is a clear error."""
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
    write(cassette(chat()), a)
    write(cassette(chat("Say goodbye to everybody")), b)

    def run(*arguments):
        return CliRunner().invoke(verb.cassette, [str(x) for x in arguments], standalone_mode=False)

    assert "POST https://api.openai.com/v1/chat/completions gpt-4o-mini-2024-07-18 -> 200" in run("show", a).output
    assert '"role": "assistant"' in run("show", a, "--body", 0).output
    assert run("show", a, "--body", 7).exception.code == "usage"
    differing = run("diff", a, b)
    assert differing.return_value == 1
    assert '0: request $.messages[0].content: "Say hello" -> "Say goodbye to everybody"' in differing.output
    assert (run("diff", a, a).return_value, run("drift", a, a).output) == (0, "no drift\n")
    assert "request: new, 1x POST api.openai.com" in run("drift", a, b).output
    assert json.loads(run("drift", a, b, "--json").output)["requests"]


def test_an_archive_is_imported_as_a_clean_recording(tmp_path):
    """A HAR file becomes a cassette: scrubbed, labelled as recorded on its own day, named by its provider."""
    from harness.provider.record.imported import import_har

    answer = post(CHAT, say("Say hello"))
    body = answer.body.decode().replace('"content": "', '"content": "Ahoy. ')
    entry = {
        "request": {"method": "POST", "url": CHAT, "headers": [{"name": "authorization", "value": "Bearer sk-9dF3kQ0pLmX71bTz"}],
                    "postData": {"text": json.dumps(say("Say hello"))}},
        "response": {"status": 200, "statusText": "OK", "content": {"text": body},
                     "headers": [{"name": "date", "value": "Fri, 02 Jan 2026 11:02:41 GMT"}, {"name": "content-type", "value": "application/json"}]},
    }  # fmt: skip
    source = tmp_path / "in.har"
    source.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    assert import_har(source, "writer/x", tmp_path / "out") == [NAME]
    about = read(tmp_path / "out" / f"{NAME}.yaml").provenance
    assert (about.origin, about.recorded_at, about.upstream) == ("recorded", "2026-01-02", "https://api.openai.com")
    assert "sk-9dF" not in (tmp_path / "out" / f"{NAME}.yaml").read_text()
    entry["response"]["content"]["text"] = body.replace("Ahoy", "Moin")
    source.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    with pytest.raises(HarnessError) as raised:
        import_har(source, "writer/x", tmp_path / "out")
    assert raised.value.code == "cassette-exists"


def test_runware_cassettes_are_judged_as_well(tmp_path):
    """Another provider, its own contract and its own price."""
    tasks = [task("runware:97@1", width=1024, height=1024)]
    made = cassette(
        interaction(RUNWARE, tasks, post(RUNWARE, tasks).body),
        provider="runware",
        model="runware:97@1",
        shutdown_date="",
    )
    assert linted(tmp_path, made) == []


SAMPLES = Path(__file__).parent / "samples"


def folder_of(where: Path, *names: str, text: str = "") -> Path:
    """A folder with the handed cassettes under `names`."""
    where.mkdir()
    for name in names:
        source = (
            SAMPLES / "folder" / {".json": "b.json", ".har": "../params.har"}.get(Path(name).suffix.lower(), "c.yml")
        )
        (where / name).parent.mkdir(exist_ok=True)
        (where / name).write_text(text or source.read_text())
    return where


def test_what_the_fake_plays_is_what_the_lint_reads(tmp_path):
    """Every suffix, in small letters or capitals; two files of one stem are two cassettes."""
    assert {problem.cassette for problem in lint(SAMPLES / "folder", None, DAY)} == {"a", "b.json", "c.yml"}
    names = ("x.yaml", "x.yml", "x.json", "x.har", "Y.HAR", "deep/z.YML")
    told = {problem.cassette for problem in lint(folder_of(tmp_path / "f", *names), None, DAY)}
    assert told == {"x", "x.yml", "x.json", "x.har", "Y.HAR", "deep/z.YML"}
    service = Service(hosts={"api.openai.com": OPENAI}, folder=tmp_path / "f")
    assert all(service.recordings(name) for name in told)


@pytest.mark.parametrize("name", ["c.yml", "c.yaml", "c.YML", "deep/c.yml"])
def test_a_key_and_a_cookie_are_found_whatever_the_suffix(tmp_path, name):
    """The bearer key and the session cookie of the handed file."""
    told = [
        problem.message
        for problem in lint(folder_of(tmp_path / "f", name), None, DAY)
        if problem.code == "cassette-secret"
    ]
    assert any(text.startswith("a bearer token at") for text in told)
    assert any(text.startswith("a session cookie at") for text in told)


@pytest.mark.parametrize("name", ["notes.txt", "c.yaml.bak", "c.cassette", "LICENSE"])
def test_a_file_that_nobody_reads_is_named_and_looked_at_for_secrets(tmp_path, name):
    """The fake does not play it; a key in it is a finding all the same."""
    made = lint(folder_of(tmp_path / "f", name), None, DAY)
    assert (made[-1].cassette, made[-1].code, made[-1].severity) == (name, "cassette-unread", "warning")
    assert "nobody reads" in made[-1].message
    assert any(problem.code == "cassette-secret" for problem in made)
    (quiet,) = lint(folder_of(tmp_path / "g", name, text="nothing\n"), None, DAY)
    assert quiet.code == "cassette-unread"
    assert lint(folder_of(tmp_path / "h", ".gitignore", text="*\n"), None, DAY) == []


def test_a_file_that_cannot_be_read_is_still_looked_at_for_secrets(tmp_path):
    """Broken YAML with a key in it."""
    made = lint(
        folder_of(tmp_path / "f", "x.yaml", text="a: [\nauthorization: Bearer sk-live-0123456789abcdef\n"), None, DAY
    )
    assert {problem.code for problem in made} == {"cassette-syntax", "cassette-secret"}


def test_a_request_that_was_never_answered_is_a_warning(tmp_path):
    """By its entry, method and URL; nothing else is asked of an answer that is not there."""
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "x.har").write_text((SAMPLES / "status0.har").read_text())
    made = {problem.code: problem for problem in lint(folder, None, DAY)}
    assert set(made) == {"cassette-provenance", "cassette-unanswered"}
    assert (
        "entry 0: POST https://api.openai.com/v1/chat/completions was never answered"
        in made["cassette-unanswered"].message
    )
    assert "import-har" in made["cassette-provenance"].message


def test_the_command_counts_and_shows_cassettes_of_every_suffix(tmp_path):
    """`cassette lint FOLDER` says how many it read."""
    done = CliRunner().invoke(verb.cassette, ["lint", str(SAMPLES / "folder"), "--today", "2026-11-29"])
    assert "3 cassettes" in done.output


def test_one_line_of_ten_megabytes_is_linted_in_time(tmp_path):
    """A text that looks like nothing, one of NULs, and one of base64: no rule takes more than its length."""
    began = time.monotonic()
    for at, text in enumerate(("x" * 10_000_000, "\\0" * 100_000, "a b " * 100_000)):
        (tmp_path / f"{at}.yaml").write_text(
            f'interactions:\n- request: {{method: GET, uri: "https://a.example/", body: ""}}\n'
            f'  response: {{status: {{code: 200}}, body: {{string: "{text}"}}}}\n'
        )
    assert {problem.code for problem in lint(tmp_path, None, DAY)} >= {"cassette-size"}
    assert time.monotonic() - began < 120
