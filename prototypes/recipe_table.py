import glob, os, re, numpy as np, sys
sys.path.insert(0, "/work/tmp"); import recipe_show as s
names = sorted({re.sub(r"_\d+\.npz$", "", os.path.basename(f)) for f in glob.glob(s.OUT + "/*.npz")})
S = (0, 27182, 101, 202)
def row(n):
    parts = n.split("+")
    seeds = [x for x in S if all(os.path.exists(f"{s.OUT}/{p}_{x}.npz") for p in parts)]
    out = []
    for how in "pl":
        r, _ = s.figures(n, seeds, how); out.append(r)
    return f"| {n} | {len(seeds)} | {len(out[0])} | " + " | ".join(f"{a[:,0].mean():.4f} / {a[:,1].mean():.4f} / {a[:,2].mean():.4f}" for a in out) + " |"
print("n singles", len(names))
for n in [x for x in names if not x.startswith("lr_")] + [x for x in names if x.startswith("lr_")]: print(row(n))
