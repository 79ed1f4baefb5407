"""A checked contract on the terminal."""

from __future__ import annotations

from pipeline.console import out, show_table
from pipeline.onboarding.check import Check, SheetCheck
from pipeline.onboarding.dry_run import Refused


def show_check(check: Check) -> None:
    """Print what maps where, what does not, what would be refused, and a last line that sums up."""
    for problem in check.problems:
        out.print(f"Refused. {problem}", markup=False)
    for sheet in check.sheets:
        _show_sheet(sheet)
    for finding in check.findings[:20]:
        out.print(f"Identifier: {finding.sentence()}", markup=False)
    if check.produced:
        rows = [(table, produced, staged, produced - staged) for table, produced, staged in check.produced]
        show_table("Dry run", ("table", "rows", "convert", "refused"), rows)
    for refused in check.refused:
        _show_refused(refused)
    out.print(_verdict(check), markup=False)


def _show_sheet(sheet: SheetCheck) -> None:
    if not sheet.source:
        out.print(f"{sheet.place}: no [[file]] of the contract reads it.", markup=False)
        return
    encoding = f", {sheet.encoding}" if sheet.encoding else ""
    title = f"{sheet.place}: read by '{sheet.source}'{encoding}, {sheet.records} records"
    show_table(title, ("column", "fills", "as"), [(u.heading, u.fills, u.how) for u in sheet.uses])
    for heading, candidate in sheet.unread:
        out.print(f"  not read: '{heading}'" + (f"; is it {candidate}?" if candidate else ""), markup=False)
    for name, candidate in sheet.missing:
        out.print(f"  missing: '{name}'" + (f"; is it '{candidate}'?" if candidate else ""), markup=False)


def _show_refused(refused: Refused) -> None:
    where = ", ".join(f"{file} row {row}" for file, row in refused.first)
    place = f"{refused.table}: '{refused.column}'" if refused.table else refused.column
    rows = f", {refused.rows} rows (first: {where})" if refused.rows else ""
    out.print(f"{refused.rule_id}: {place}{rows}", markup=False)
    for word, number, code in refused.words:
        out.print(f"    '{word}', {number} rows" + (f"; is it {code}?" if code else ""), markup=False)


def _verdict(check: Check) -> str:
    if check.fits:
        return "The contract fits: everything would be taken."
    if check.findings:
        return (
            "The file would be refused: it holds direct identifiers. Nothing of it was kept. A partner's own export "
            "becomes a delivery with `throughcare pseudonymise`, on the partner's machine."
        )
    if check.problems:
        return "The delivery would be refused, for the reasons above. Nothing of it was kept."
    if not any(sheet.source for sheet in check.sheets):
        return (
            "The contract reads nothing of this. Correct its patterns, or draft one with `throughcare contract draft`."
        )
    if any(sheet.missing for sheet in check.sheets) or any(not r.table for r in check.refused):
        return "The delivery would be refused: columns, files or totals are not what the contract says (above)."
    return "The delivery would be taken; the rows above would be quarantined."
