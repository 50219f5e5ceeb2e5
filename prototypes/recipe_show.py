import sys, glob, os
import numpy as np
from sklearn.metrics import roc_auc_score
OUT = "/work/tmp/recipe_oof"
sig = lambda z: 1 / (1 + np.exp(-z.astype(float)))
def load(name, seed):
    f = np.load(f"{OUT}/{name}_{seed}.npz"); return f["L"], f["y"], float(f["s"])
def ll(y, p):
    p = np.clip(p, 1e-15, 1 - 1e-15); return -(y * np.log(p) + (1 - y) * np.log(1 - p))
def probs(name, seed, how):
    """name may be A+B+...: members put together, kinds weighted equally"""
    parts = [load(n, seed)[0] for n in name.split("+")]
    R = min(len(p) for p in parts)
    if how == "p": return np.mean([sig(p[:R]).mean(1) for p in parts], 0)
    return sig(np.mean([p[:R].astype(float).mean(1) for p in parts], 0))
def figures(name, seeds, how, reps=None):
    rows, losses = [], []
    for s in seeds:
        P = probs(name, s, how); y = load(name.split("+")[0], s)[1]
        for p in P[:reps]:
            l = ll(y, p); losses.append(l)
            rows.append((roc_auc_score(y, p), l.mean(), ((p - y) ** 2).mean(), ((p >= .5) == y).mean()))
    return np.array(rows), np.mean(losses, 0)
def show(names, seeds, base="default"):
    for n in names:
        for how in ("l" if n.startswith("lr_") and "+" not in n else "pl"):
            try: r, l = figures(n, seeds, how)
            except FileNotFoundError as e: print("missing", e); break
            m = r.mean(0); extra = ""
            try:
                reps = min(load(q, s)[0].shape[0] for q in (base, *n.split("+")) for s in seeds)
                _, a = figures(n, seeds, how, reps); _, b = figures(base, seeds, "p", reps)
                d = a - b; extra = f" vs {base}: {d.mean():+.4f} (se {d.std(ddof=1)/np.sqrt(len(d)):.4f})"
            except FileNotFoundError: pass
            sec = sum(load(q, seeds[0])[2] for q in n.split("+"))
            print(f"{n:34s} {how} n={len(r):2d} AUC {m[0]:.4f} LL {m[1]:.4f} Brier {m[2]:.4f} acc {m[3]:.3f} s {sec:.2f}{extra}", flush=True)
if __name__ == "__main__":
    seeds = [int(s) for s in sys.argv[1].split(",")]
    show(sys.argv[2:], seeds)
