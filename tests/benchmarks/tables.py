"""Figures as text: for training and inference a row for each contender, for layers a row for each pass."""

MEBI = 2**20


def rate_of(task, label):
    """How many (and of what) one repetition handles."""
    if task.question == "training":
        return int(task.words[2]), "pairs/s"
    return int(label.split()[-1]), "queries/s" if task.question == "search" else "images/s"


def contender_rows(task, table, peaks, precisions):
    """Rows as JSON has them: one for each thing timed and contender."""
    rows = []
    for label, contenders in table.items():
        count, unit = rate_of(task, label)
        for name, figure in contenders.items():
            rows.append({"timed": label, "contender": name, "precision": precisions[name], **figure,
                         unit: count / figure["seconds"], "peak_bytes": peaks[name]})
    return rows


def contender_table(task, rows, planned_bytes):
    lines = []
    for label in dict.fromkeys(row["timed"] for row in rows):
        _, unit = rate_of(task, label)
        lines.append(f"{label:<50}{'ms':>10}{unit:>10}{'ditto is':>10}{'peak MiB':>10}")
        for row in rows:
            if row["timed"] == label:
                ratio = "" if row["contender"] == "ditto" else f"{row['ratio']:.2f}x"
                lines.append(f"  {row['contender']:<48}{1e3 * row['seconds']:>10.1f}{row[unit]:>10.2f}{ratio:>10}"
                             f"{row['peak_bytes'] / MEBI:>10.0f}")
        for precision in dict.fromkeys(row["precision"] for row in rows):
            peers = [row for row in rows if row["timed"] == label and not row["contender"].startswith("ditto")
                     and row["precision"] == precision]
            if peers:
                best = min(peers, key=lambda row: row["ratio"])
                lines.append(f"  best {precision} peer: {best['contender']}; ditto is {best['ratio']:.2f}x as fast")
                lines += [f"    {row['contender']}: {best['ratio'] / row['ratio']:.2f}x" for row in rows
                          if row["timed"] == label and row["contender"].startswith("ditto,")]
    if planned_bytes is not None:
        lines.append(f"ditto's plan: {planned_bytes / MEBI:.0f} MiB")
    return lines


def layer_rows(table, passes, limits):
    """passes: what one run of each pass stands for; limits: of the machine, as ditto's program measured them."""
    rows = []
    for label, contenders in table.items():
        work = passes[label]
        for name, figure in contenders.items():
            row = {"timed": label, "contender": name, **figure, "read_share": work["bytes"] / figure["seconds"] /
                   limits["read_bytes"]}
            if work["products"]:
                row["flops_per_second"] = work["flops"] / figure["seconds"]
                row["flops_share"] = row["flops_per_second"] / limits["flops"]
            rows.append(row)
    return rows


def layer_table(rows, limits, names):
    peers = [name for name in names if name != "ditto"]
    lines = [f"limits measured: {limits['flops'] / 1e9:.0f} GFLOP/s in fused multiply-adds, "
             f"{limits['read_bytes'] / 1e9:.0f} GB/s read from memory",
             "GFLOP/s count the direct algorithm's operations: Winograd's may pass the limit. Memory: every tensor of",
             "a pass once, as a share of the read limit; small tensors stay in the cache and may pass it.",
             "Peers: ms, and how many times as fast ditto is."]
    lines += [f"  [{number}] {name}" for number, name in enumerate(peers, 1)]
    lines.append(f"{'pass':<24}{'ms':>9}{'GFLOP/s':>9}{'of peak':>9}{'memory':>8}" +
                 "".join(f"{f'[{number}]':>16}" for number in range(1, len(peers) + 1)))
    for label in dict.fromkeys(row["timed"] for row in rows):
        of = {row["contender"]: row for row in rows if row["timed"] == label}
        ours = of["ditto"]
        flops = (f"{ours['flops_per_second'] / 1e9:>9.0f}{ours['flops_share']:>9.0%}" if "flops_share" in ours
                 else " " * 18)
        cells = "".join(f"{1e3 * of[name]['seconds']:>8.2f}{of[name]['ratio']:>7.2f}x" if name in of else f"{'-':>16}"
                        for name in peers)
        lines.append(f"{label:<24}{1e3 * ours['seconds']:>9.2f}{flops}{ours['read_share']:>8.0%}{cells}")
    return lines
