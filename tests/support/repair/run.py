#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bugs of tests/fixtures/repair, repaired by a scripted model over HTTP/2 and TLS; see tests/fixtures/repair/README.md.

usage: run.py --bin DIR --server FILE --source DIR --work DIR [--language NAME]... [--bug NAME]... [--jobs N] [--formats N]
              [--proofs N] [--sample N] [--apart] [--verbose] [--keep]

--formats: edit formats of the right answer for each bug (default 2, taking turns); --proofs: at most so many answers of each
kind that reach the checks (default all); --sample: so many of those made for every bug, in turns (default all); --apart: one search for each answer, else up to 20 that must be refused are the
attempts of one. Answers that special-case the test's values are counted in a column of their own. Every answer is asked for through `git rfsn propose`; exit 1 if a right one is not proven and accepted, or any
other is, or leaves a trace.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import replies  # noqa: E402
from languages import LANGUAGES  # noqa: E402


def text_of(path):
    return path.read_bytes().decode("utf-8")


def tree(root):
    return {str(file.relative_to(root)): text_of(file) for file in sorted(root.rglob("*")) if file.is_file()} if root.is_dir() else {}


class Bug:
    """A directory of tests/fixtures/repair: base/ is committed, staged/ is the change, bug.toml says what it is."""

    def __init__(self, directory):
        self.directory = directory
        self.language_id = directory.parent.name
        self.language = LANGUAGES[self.language_id]
        self.name = f"{self.language_id}/{directory.name}"
        data = tomllib.loads(text_of(directory / "bug.toml"))
        self.title, self.check, self.path, self.test = data["title"], data["check"], data["file"], data.get("test", "")
        self.red = sorted([self.check, *data.get("also_red", [])])
        self.base = {**tree(directory.parent / "common"), **tree(directory / "base")}
        self.staged = tree(directory / "staged")
        self.project = {**self.base, **self.staged}
        self.before = self.project[self.path]
        self.test_text = self.project.get(self.test, "")
        self.after = self.edited(self.before, data["right"], "right")
        self.own = []
        for kind in ("wrong", "lazy", "special", "malicious", "right"):
            for own in data.get(kind, []) if kind != "right" else data.get("also_right", []):
                one = {"kind": kind, "why": own.get("why", "")} | ({"proven": True} if kind == "right" or own.get("accepted") else {})
                if "reply" in own:
                    one["reply"] = own["reply"]
                else:
                    one["after"] = self.edited(self.after if own.get("on") == "right" else self.before, own.get("edits", [own]), kind)
                if not one["why"]:
                    del one["why"]
                self.own.append(one)

    def edited(self, text, edits, what):
        for edit in edits:
            if text.count(edit["search"]) != 1:
                raise SystemExit(f"{self.name}: the text of '{what}' stands {text.count(edit['search'])} times: {edit['search']!r}")
            text = text.replace(edit["search"], edit["replace"])
        return text


class Failure(Exception):
    pass


def demand(condition, message):
    if not condition:
        raise Failure(message)


warmed, warming = set(), threading.Lock()


def warm(repository):
    """What a tool makes outside of the project when it is first used, where no check may write: made once."""
    with warming:
        if repository.bug.language_id not in warmed:
            for argv in repository.bug.language.get("warm", []):
                done = repository.run(argv)
                demand(done.returncode == 0, f"{' '.join(argv)}: {done.stdout}{done.stderr}")
            repository.git("clean", "-qfdx")
            warmed.add(repository.bug.language_id)


class Repository:
    """A bug's repository with its staged change, unstaged work in the same file, and a HOME of its own."""

    def __init__(self, bug, work, options):
        self.bug = bug
        self.options = options
        self.home = work / "home"
        self.root = work / "repository"
        self.home.mkdir(parents=True)
        mine = f"{bug.language['comment']} mine, not staged\n"
        # Away from what is repaired: beside it, git merges nothing.
        above, below = replies.room_around_change(bug.before, bug.after)
        low = above > below
        self.with_mine = (lambda text: mine + "\n" + text) if low else (lambda text: text + "\n" + mine)
        self.env = {**os.environ, "HOME": str(self.home)}
        if bug.language_id == "dotnet":
            self.env["DOTNET_CLI_HOME"] = str(options.work / "dotnet-home")
        for name, text in bug.base.items():
            self.write(name, text)
        self.git("init", "-q", str(self.root), cwd=work)
        if bug.language_id == "java":
            self.write(".mvn/maven.config", f"-Dmaven.repo.local={options.source}/build/tools/m2\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "base")
        warm(self)
        self.rfsn(0, "init")
        for name, text in bug.staged.items():
            self.write(name, text)
        self.git("add", "-A")
        self.write(bug.path, self.with_mine(bug.before))
        self.write("notes.txt", "mine, untracked\n")
        self.clean = self.digest()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")

    def run(self, argv, cwd=None, **env):
        return subprocess.run(argv, cwd=cwd or self.root, env={**self.env, **env}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", check=False)

    def git(self, *argv, cwd=None):
        done = self.run(["git", *argv], cwd)
        demand(done.returncode == 0, f"git {' '.join(argv)}: {done.stderr}")
        return done.stdout

    def rfsn(self, wanted, *argv, **env):
        done = self.run(["git-rfsn", *argv], **env)
        demand(wanted is None or done.returncode == wanted,
               f"git rfsn {' '.join(argv)}: exit {done.returncode}, wanted {wanted}\n{done.stdout}{done.stderr}")
        return done

    def digest(self):
        """Work tree, index, refs, configuration and hooks."""
        state = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if name.startswith(".git/") and not re.match(r"\.git/(?:hooks/|config$|HEAD$|refs/|packed-refs$)", name):
                continue
            state.update(f"{name} {path.lstat().st_mode}\0".encode())
            if path.is_file():
                state.update(path.read_bytes())
        state.update(self.git("ls-files", "-s").encode())
        return state.hexdigest()

    def forget(self):
        """What was learnt from the answer before must not answer for this one."""
        for file in (self.root / ".git/rfsn").glob("*.db*"):
            if not file.name.startswith("state"):
                file.unlink()
        for file in (self.home / ".cache/git-rfsn").glob("llm.db*"):  # answers to similar questions
            file.unlink()


def reason_of(proposal, stderr):
    """(short reason, whole text): the rules of the policy that refuse, or which step says no."""
    text = (proposal or {}).get("refusal") or stderr.strip()
    rules = sorted({verdict["rule"] for verdict in (proposal or {"evidence": {"policy": []}})["evidence"]["policy"] if not verdict["allowed"]})
    if rules:
        return ", ".join(rules), text
    if "not offered" in text:
        return "path not offered", text
    if "no usable edit" in text:
        return "no usable edit", text
    return "not proven" if proposal else "no answer", text


class Result:
    def __init__(self, answer):
        self.answer, self.proven, self.reason, self.text, self.seconds, self.trouble = answer, False, "", "", 0.0, ""


def propose(repository, model, attempts):
    done = repository.rfsn(None, "propose", "--format", "json", RFSN_LLM_MODEL=model, RFSN_LLM_ATTEMPTS=str(attempts))
    return done, json.loads(done.stdout)["proposals"] if done.stdout.startswith("{") else []


def try_refused(repository, answers, model):
    """The answers of a group: as many in one search as it asks for, each an attempt to mend what was wrong with the one before."""
    results = []
    while len(results) < len(answers):
        repository.forget()
        start = time.monotonic()
        done, proposals = propose(repository, model, len(answers) - len(results) if len(answers) > 1 else 2)
        if len(answers) == 1:
            proposals = proposals[-1:]  # asked twice, it said the same
        took = time.monotonic() - start
        for proposal in proposals or [None]:
            result = Result(answers[len(results)])
            result.seconds = took / max(1, len(proposals))
            result.reason, result.text = reason_of(proposal, done.stderr)
            if proposal and proposal["proven"]:
                result.proven, result.text = True, "accepted:\n" + proposal["diff"]
                repository.rfsn(0, "discard")
            elif done.returncode not in (0 if any(one["proven"] for one in proposals) else 1, 1, 3):
                result.trouble = f"exit {done.returncode}: {done.stderr}"
            elif not result.text:
                result.trouble = "refused without a reason"
            results.append(result)
        if repository.digest() != repository.clean:
            results[-1].trouble = "it left a trace"
        if not results[-1].proven and repository.rfsn(None, "show").returncode == 0:
            results[-1].trouble = "something is stored"
    return results


def try_right(repository, answer, model, last):
    """Proposed, proven, stored, shown, applied; then taken back, or checked and committed."""
    result = Result(answer)
    bug = repository.bug
    repository.forget()
    start = time.monotonic()
    try:
        done, proposals = propose(repository, model, 2)
        result.reason, result.text = reason_of(proposals[-1] if proposals else None, done.stderr)
        demand(done.returncode == 0, f"not proposed (exit {done.returncode}): {result.reason}: {result.text}")
        proposal = next((one for one in proposals if one["proven"]), None)
        demand(proposal, f"no proof: {result.text}")
        demand(any(check["check"] == bug.check and check["before"] == "blocked" and check["after"] == "passed"
                   for check in proposal["evidence"]["checks"]), f"the evidence does not say that {bug.check} turned green: {proposal}")
        demand(repository.digest() == repository.clean, "proposing left a trace")
        demand(proposal["cost"]["requests"] == len(answer.steps), f"asked {proposal['cost']['requests']} times")
        demand("-" in repository.rfsn(0, "show").stdout, "nothing is stored")
        repository.rfsn(0, "apply")
        wanted = next((own["after"] for own in bug.own if own["kind"] == "right" and own.get("why") == answer.name), bug.after)
        demand(repository.git("show", ":" + bug.path) == wanted, "the index is not what was proven")
        demand(text_of(repository.root / bug.path) == repository.with_mine(wanted), "unstaged work in the file was touched")
        demand(text_of(repository.root / "notes.txt") == "mine, untracked\n", "an untracked file was touched")
        if last:
            repository.rfsn(0, "check", "--stage", "ci")
            repository.git("commit", "-m", "repaired")
            demand(repository.git("show", "HEAD:" + bug.path) == wanted, "the commit is not what was proven")
            demand(text_of(repository.root / bug.path) == repository.with_mine(wanted), "the commit touched unstaged work")
        else:
            repository.rfsn(0, "undo")
            demand(repository.digest() == repository.clean, "undo is not exact")
        result.proven = True
    except Failure as failure:
        result.trouble = str(failure)
        repository.git("reset", "-q")
        for name, text in {**bug.staged, bug.path: bug.before}.items():
            repository.write(name, text)
        repository.git("add", "--", bug.path, *bug.staged)
        repository.write(bug.path, repository.with_mine(bug.before))
    result.seconds = time.monotonic() - start
    return result


def run_bug(bug, groups, options):
    work = options.work / bug.name.replace("/", "-")
    start = time.monotonic()
    results = []
    try:
        repository = Repository(bug, work, options)
        out = work / "report.json"
        checked = repository.rfsn(1, "check", "--stage", "ci", "--format", "json", "--output", str(out))
        red = sorted({run["check"] for run in json.loads(out.read_text())["runs"] if run["state"] == "blocked"})
        demand(red == bug.red, f"red is not {bug.red}, but {red}: {checked.stderr}")
        for number, group in enumerate(groups):
            model = f"{bug.name}/{number}"
            if group[0].kind == "right":
                results.append(try_right(repository, group[0], model, group is groups[-1]))
            else:
                results += try_refused(repository, group, model)
    except (Failure, OSError, ValueError, KeyError) as failure:
        result = Result(replies.Answer("right", "the way there", "", proven=True))
        result.trouble = f"{type(failure).__name__}: {failure}"
        results.append(result)
    if not options.keep:
        shutil.rmtree(work, ignore_errors=True)
    return bug, results, time.monotonic() - start


def start_server(options, asked):
    script = options.work / "script"
    with open(script, "w", encoding="utf-8") as file:
        for bug, groups in asked:
            for number, reply, finish in ((n, *step) for n, group in enumerate(groups) for answer in group for step in answer.steps):
                body = {"id": "x", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [
                    {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": reply}}],
                    "usage": {"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990}}
                file.write(json.dumps({"if_body": f'"model":"{bug.name}/{number}"', "body": body}) + "\n")
    server = subprocess.Popen([options.server, "--script", str(script), "--cert", str(options.work / "cert.pem"),
                               "--log", str(options.work / "requests")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = server.stdout.readline().strip()
    if not port:
        raise SystemExit("the scripted server did not start")
    os.environ.update({"RFSN_LLM_BASE_URL": f"https://127.0.0.1:{port}/v1", "RFSN_LLM_CA_FILE": str(options.work / "cert.pem"),
                       "RFSN_LLM_ENABLED": "true", "RFSN_LLM_CACHE": "false", "RFSN_LLM_PROVIDER": "openai"})
    return server


KINDS = ("right", "wrong", "malformed", "lazy", "malicious", "special")


def tell(everything, options):
    """The table, and what is not as it must be; how many such there are."""
    defects, reasons = 0, collections.defaultdict(collections.Counter)
    rows = collections.defaultdict(lambda: collections.defaultdict(list))
    seconds = collections.Counter()
    for bug, results, took in everything:
        seconds[bug.language_id] += took
        for result in results:
            rows[bug.language_id][result.answer.kind].append(result)
            if result.answer.kind == "special" and not result.trouble:
                # Nothing can tell all of these from a repair: counted in a column of their own.
                if result.proven != result.answer.proven:
                    print(f"NOTE {bug.name}: special '{result.answer.name}' is {'accepted' if result.proven else 'refused'} now")
            elif result.proven != result.answer.proven or result.trouble:
                defects += 1
                verb = "accepted" if result.proven else "refused"
                print(f"DEFECT {bug.name}: {result.answer.kind} '{result.answer.name}' was {verb}: {result.trouble or result.text}")
            elif options.verbose:
                print(f"{bug.name}: {result.answer.kind} '{result.answer.name}': "
                      f"{'accepted' if result.proven else result.reason} ({result.seconds:.1f} s)\n      {result.text.splitlines()[0] if result.text else ''}")
            if result.answer.kind != "right" and not result.proven:
                reasons[result.answer.kind][result.reason] += 1
    bugs = collections.Counter(bug.language_id for bug, _, _ in everything)
    print(f"\n{'':10}{'bugs':>6}{'right':>12}" + "".join(f"{kind:>14}" for kind in KINDS[1:]) + f"{'seconds':>10}")
    print(f"{'':10}{'':>6}{'accepted':>12}" + "".join(f"{'refused':>14}" for _ in KINDS[1:]))
    total = collections.defaultdict(list)
    for language in [name for name in LANGUAGES if name in rows] + ["all"]:
        row = rows[language] if language != "all" else total
        cells = []
        for kind in KINDS:
            if language != "all":
                total[kind] += row[kind]
            good = sum(result.proven == (kind == "right") for result in row[kind])
            cells.append(f"{good} of {len(row[kind])}")
        count, took = (bugs[language], seconds[language]) if language != "all" else (sum(bugs.values()), sum(seconds.values()))
        print(f"{language:10}{count:>6}{cells[0]:>12}" + "".join(f"{cell:>14}" for cell in cells[1:]) + f"{took:>10.0f}")
    for kind in KINDS[1:]:
        if reasons[kind]:
            print(f"{kind}: " + "; ".join(f"{count} {reason}" for reason, count in reasons[kind].most_common()))
    return defects


def prompts_hold(options, asked):
    """What was sent: over HTTP/2, and every line of the repository's text as data."""
    injected = {bug.name for bug, groups in asked if any("injection" in answer.name for group in groups for answer in group)}
    problems, seen, connections = [], set(), collections.Counter()
    with open(options.work / "requests", encoding="utf-8") as file:
        for line in file:
            request = json.loads(line)
            connections[request["connection"]] += 1
            bug = "/".join(request["json"]["model"].split("/")[:2])
            user = request["json"]["messages"][1]["content"]
            for block in re.finditer(r"<<DATA ([\w-]+)\n.*?\nDATA \1>>", user, re.S):
                user = user.replace(block.group(0), "")
            if bug in injected:
                seen.add(bug)
                if "INSTRUCTION" in user:
                    problems.append(f"{bug}: text of the repository stands outside the data block")
    problems += [f"{bug}: was never asked about" for bug in injected - seen]
    print(f"asked: {sum(connections.values())} requests over HTTP/2 and TLS; {len(injected)} bugs with an injection in their code")
    return problems


def ends_search(answer):
    """Whether nothing is asked any more after it: no answer at all."""
    return answer.steps[0][1] != "stop" or not answer.steps[0][0]


def limited(answers, number, options):
    """At most --proofs of each kind of the answers that run the checks, besides the second attempt, and --sample of those that are
    made for every bug, which the bugs take turns with."""
    count = collections.Counter()
    made = [a for a in answers if not a.own and a.kind not in ("right", "wrong", "special") and (number == 0 or not ends_search(a))]
    if options.sample is not None:
        made = [made[(number * options.sample + i) % len(made)] for i in range(min(options.sample, len(made)))]
    elif number != 0:
        made = answers
    kept = []
    for answer in answers:
        if answer.kind in ("wrong", "special") or (answer.kind == "right" and "second attempt" not in answer.name):
            count[answer.kind] += 1
            if options.proofs is not None and count[answer.kind] > options.proofs:
                continue
        elif not answer.own and answer.kind != "right" and answer not in made:
            continue
        kept.append(answer)
    return kept


def grouped(answers, options):
    """Groups for one search each: what ends a search alone, right ones alone and last; the others together, or --apart."""
    together = [answer for answer in answers if answer.kind != "right" and not ends_search(answer)]
    size = 1 if options.apart else 20
    return ([[answer] for answer in answers if answer.kind != "right" and ends_search(answer)] +
            [together[i:i + size] for i in range(0, len(together), size)] +
            [[answer] for answer in answers if answer.kind == "right"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bin", "server", "source", "work"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("--language", action="append", default=[])
    parser.add_argument("--bug", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--formats", type=int, default=2)
    parser.add_argument("--proofs", type=int)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{options.bin}:{os.environ['PATH']}"
    root = options.source / "tests/fixtures/repair"
    bugs = [Bug(file.parent) for file in sorted(root.glob("*/*/bug.toml"))]
    bugs = [bug for bug in bugs if (not options.language or bug.language_id in options.language) and
            (not options.bug or bug.name in options.bug)]
    names = list(replies.FORMATS)
    asked = []
    for number, bug in enumerate(bugs):
        # The prompt asks for the first; the others take turns.
        formats = [names[0]] + [names[1 + (number * (options.formats - 1) + i) % (len(names) - 1)] for i in range(options.formats - 1)]
        asked.append((bug, grouped(limited(replies.answers(bug, formats), number, options), options)))
    if not asked:
        raise SystemExit("no such bug")
    server = start_server(options, asked)
    start = time.monotonic()
    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            everything = list(pool.map(lambda one: run_bug(*one, options), asked))
    finally:
        server.stdin.close()
        server.wait()
    defects = tell(everything, options)
    for problem in sorted(set(prompts_hold(options, asked))):
        defects += 1
        print("DEFECT " + problem)
    print(f"{time.monotonic() - start:.0f} s in all, {options.jobs} at once; {defects} defects")
    return 1 if defects else 0


if __name__ == "__main__":
    sys.exit(main())
