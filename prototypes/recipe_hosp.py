import os, sys, time, numpy as np, torch, pandas as pd
torch.set_num_threads(1); sys.path.insert(0, "/work/tmp")
from sklearn.metrics import roc_auc_score, log_loss
from heart.config import Settings
from heart.data import load_shipped
from heart.model.classifier import HeartClassifier
H = ["hungary", "va_long_beach", "switzerland"]; C = {h: load_shipped(h) for h in ["cleveland", *H]}
def fit(settings, others, w, seed):
    parts = [C["cleveland"]] + [C[h] for h in others]
    X = pd.concat([p.features for p in parts], ignore_index=True); y = np.concatenate([p.y_true for p in parts])
    sw = None if not others else np.concatenate([np.full(p.n, 1.0 if i == 0 else w) for i, p in enumerate(parts)])
    return HeartClassifier(**settings, random_state=seed, device="cpu").fit(X, y, sample_weight=sw)
SEEDS = (1337, 0, 1)
for name, st in [("default", {}), ("no hidden", dict(hidden=())), ("no hidden, 4 pieces", dict(hidden=(), pieces=4))]:
    for w in (0.0, 0.1, 0.3):
        res = {h: [] for h in H}
        for s in SEEDS:
            alone = fit(st, [], 0, s) if not w else None
            for h in H:
                while os.path.exists("/work/tmp/QUIET"): time.sleep(3)
                m = alone or fit(st, [o for o in H if o != h], w, s)
                p = m.predict_proba(C[h].features)[:, 1]; y = C[h].y_true
                res[h].append((((p >= .5) == y).mean(), roc_auc_score(y, p), log_loss(y, p)))
        print(f"{name:22s} w {w}", {h: np.round(np.mean(r, 0), 4).tolist() for h, r in res.items()}, flush=True)
