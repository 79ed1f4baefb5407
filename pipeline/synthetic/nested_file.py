"""One JSON file: a client with everything nested."""

from __future__ import annotations

import json
from typing import Any

from pipeline.synthetic.csv_files import MARK, Files, Positions, position, shown
from pipeline.synthetic.deliveries import Delivery
from pipeline.synthetic.shapes import shape


def write_laxus(delivery: Delivery) -> tuple[Files, Positions]:
    """JSON: clients with agreements, needs, services, treatments, entries and assessments nested."""
    file = f"laxus_klienti_{MARK}.json"
    own, found = shape("laxus"), []
    nested: dict[str, dict[str, list[dict[str, Any]]]] = {}
    owner = {"service": "_parent", "need": "_parent"}
    clients = {key: place for place, key in enumerate(delivery.tables["person"]["_key"].to_list())}
    cases = delivery.tables["case"]
    rank = {key: (clients[person], place) for place, (key, person) in enumerate(cases.select("_key", "_person").rows())}
    for name, frame in delivery.tables.items():
        parent = owner.get(name, "_person")
        places: dict[str, Any] = dict(clients if parent == "_person" else rank)
        keys = frame[parent].to_list()
        order = sorted(range(frame.height), key=[(places[key], place) for place, key in enumerate(keys)].__getitem__)
        ordered = frame[order]
        nested[name] = {}
        for values, key in zip(shown(ordered).iter_rows(named=True), ordered[parent].to_list(), strict=True):
            nested[name].setdefault(key, []).append({k: v for k, v in values.items() if v is not None})
        found.append(position(name, ordered["_key"], file, own.tables[name]["file"], 1))
    case_key, person_key = own.heading("case", "case_id"), own.heading("person", "person_id")
    for rows in nested["case"].values():
        for row in rows:
            row["vykony"] = nested["service"].get(row[case_key], [])
            row["zakazky"] = nested["need"].get(row[case_key], [])
    people = [row for rows in nested["person"].values() for row in rows]
    for row in people:
        key = row[person_key]
        row["dohody"] = nested["case"].get(key, [])
        row["lecby"] = nested["treatment"].get(key, [])
        row["vstupy"] = nested["treatment_entry"].get(key, [])
        row["hodnoceni"] = nested["assessment"].get(key, [])
    head = {"export": {"system": "Klientská databáze Laxus", "poznamka": "SYNTETICKÁ DATA"}, "klienti": people}
    return {file: (json.dumps(head, ensure_ascii=False, indent=1) + "\n").encode()}, found
