"""Findings as text, and as the formats that CI systems read. Pure: a report → a string that ends in a newline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import click

from prl10n import __version__
from prl10n.checks import BY_ID, Report
from prl10n.cli.show import dumped, finding_line, plain, referenced
from prl10n.model import Finding, Severity

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(report: Report) -> str:
    return _lines(click.unstyle(finding_lines(finding)) for finding in report.findings)


def finding_lines(finding: Finding) -> str:
    """A finding as people read it, with what the text should be under it."""
    return finding_line(finding) + plain(_remedy(finding))


def _remedy(finding: Finding) -> str:
    return f"\n    fix: {finding.fix}" if finding.fix else ""


def as_json(report: Report) -> str:
    return dumped([_fields(finding) for finding in report.findings]) + "\n"


def _fields(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.path,
        "line": finding.line,
        "locale": finding.locale,
        "message": finding.message,
        "fix": finding.fix or None,
    }


# --- GitHub -----------------------------------------------------------------------------------------------------------


def github(report: Report) -> str:
    """Workflow commands (https://docs.github.com/actions/reference/workflow-commands-for-github-actions): annotations
    of the lines of a pull request.
    """
    return _lines(map(_command, report.findings))


def _command(finding: Finding) -> str:
    places = {"file": _uri_path(finding.path), "line": str(finding.line) if finding.line else ""}
    title = f"prl10n {finding.rule}{f' [{finding.locale}]' if finding.locale else ''}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**places, "title": title}.items() if value)
    return f"::{finding.severity.value} {properties}::{_data(finding.message + _remedy(finding))}"


def _data(value: str) -> str:
    return plain(value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


# --- SARIF ------------------------------------------------------------------------------------------------------------


def sarif(report: Report) -> str:
    """SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub's code scanning takes it."""
    ids = [rule.id for rule in report.rules]
    driver = {
        "name": "prl10n",
        "semanticVersion": __version__,
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": _sentence(rule.summary)},
                "defaultConfiguration": {"level": rule.severity.value},
            }
            for rule in report.rules
        ],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, ids.index(finding.rule)) for finding in report.findings],
            }
        ],
    }
    return dumped(log) + "\n"


def _result(finding: Finding, index: int) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(finding.path)}}
    if finding.line:
        place["region"] = {"startLine": finding.line}
    locale = f"[{finding.locale}] " if finding.locale else ""
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": f"{locale}{finding.message}"},
        "locations": [{"physicalLocation": place}],
    }
    if finding.fix:  # for a `fixes` entry it would have to be escaped and wrapped as the catalog is
        result["properties"] = {"fix": finding.fix}
    return result


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _uri(path: str) -> str:
    return Path(path).as_uri() if Path(path).is_absolute() else quote(_uri_path(path))


def _uri_path(path: str) -> str:
    return Path(path).as_posix()


# --- JUnit ------------------------------------------------------------------------------------------------------------


def junit(report: Report) -> str:
    """JUnit XML: a suite for each rule in each locale, a case for each finding, or one that passes where there is none.

    Warnings pass; what they say is the output of their case.
    """
    root = ElementTree.Element("testsuites", name="prl10n check")
    for locale in ("", *report.locales):
        for rule in report.rules:
            found = [finding for finding in report.findings if (finding.locale, finding.rule) == (locale, rule.id)]
            if not found and not locale:
                continue
            _suite(root, f"{locale or 'sources'}/{rule.id}", BY_ID[rule.id].summary, found)
    for name in ("tests", "failures"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    text = referenced(ElementTree.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(root: ElementTree.Element, name: str, summary: str, found: list[Finding]) -> None:
    failures = sum(finding.severity is Severity.ERROR for finding in found)
    suite = ElementTree.SubElement(
        root, "testsuite", name=name, tests=str(len(found) or 1), failures=str(failures), errors="0", skipped="0"
    )
    if not found:
        ElementTree.SubElement(suite, "testcase", classname=name, name=summary)
    for finding in found:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=_xml(place), file=_xml(finding.path))
        message = _xml(finding.message + _remedy(finding))
        if finding.severity is Severity.ERROR:
            failure = ElementTree.SubElement(case, "failure", type=finding.rule, message=message.partition("\n")[0])
            failure.text = f"{_xml(place)}\n{message}"
        else:
            ElementTree.SubElement(case, "system-out").text = f"warning: {_xml(place)}\n{message}"


def _xml(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "sarif": sarif,
    "junit": junit,
}
