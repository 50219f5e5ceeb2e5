"""recipe_try.py NAME REPEATS SEEDS [key=value ...]: out-of-fold member logits -> /work/tmp/recipe_oof/NAME_SEED.npz"""
import os, sys, time
from dataclasses import replace
import numpy as np, torch
torch.set_num_threads(1)
from sklearn.model_selection import train_test_split
from heart.config import Settings
from heart.data import load_shipped
from heart.experiments.cross_validation import Folds
from heart.model.classifier import HeartClassifier
from heart.model.batches import Labelled, MemberRows
from heart.model.inference import FoldedNetwork
from heart.model import joint
from heart.model.joint import fit_jointly
from heart.model.masking import ValueMask
from heart.model.network import HeartMLP
from heart.model.preprocessing import HeartPreprocessor
from heart.model.training import train
from heart.schema import FEATURES

OUT = "/work/tmp/recipe_oof"
def quiet():
    while os.path.exists("/work/tmp/QUIET"): time.sleep(3)

def parse(kv):
    out = {}
    for item in kv:
        k, v = item.split("=", 1)
        out[k] = eval(v) if v[:1] in "0123456789(-TF" else v
    return out

def logits(network, encoded):
    f = FoldedNetwork(network)
    with torch.no_grad():
        return f._logits(encoded.numeric, encoded.codes).numpy().T  # (M, n)

def shared(X, y, parts, settings, held_share):
    est = HeartClassifier.from_settings(settings, validation_fraction=held_share)
    prep = [est.prepare(X.iloc[r], y[r]) for r in parts]
    nets = fit_jointly(prep, settings)
    return [(n, p.preprocessor) for n, p in zip(nets, prep)]

def own(X, y, parts, settings, held_share, flag_all=True):
    """each member its own hold-out; preprocessing fitted on all training rows"""
    M = settings.members
    res = [None] * len(parts)
    by_n = {}
    for i, r in enumerate(parts): by_n.setdefault(len(r), []).append(i)
    for n, idx in by_n.items():
        pres = [HeartPreprocessor(FEATURES, missing_flags=settings.missing_flags, pieces=settings.pieces).fit(X.iloc[parts[i]]) for i in idx]
        enc = [p.encode(X.iloc[parts[i]]) for p, i in zip(pres, idx)]
        allp, _ = joint._stack([Labelled(e, y[parts[i]]) for e, i in zip(enc, idx)], M)
        n_held = int(held_share * n); tr, va = [], []
        for g, i in enumerate(idx):
            for m in range(M):
                k, h = train_test_split(np.arange(n), test_size=n_held, stratify=y[parts[i]], random_state=settings.random_state * 7 + m)
                tr.append(np.sort(k) + g * n); va.append(np.sort(h) + g * n)
        indices = list(range(M)) * len(idx)
        together = replace(settings, members=M * len(idx)) if M * len(idx) <= 512 else None
        net = HeartMLP(enc[0].numeric.shape[1], pres[0].cardinalities, together)
        net.reset(settings.random_state, indices)
        med = np.repeat(np.stack([p.scaled_median() for p in pres]), M, axis=0)
        pie = np.repeat(np.stack([p.median_pieces() for p in pres]), M, axis=0)
        mask = ValueMask(med, pres[0].cardinalities, settings.masking, has_flags=settings.missing_flags, pieces=pie)
        rows = MemberRows(np.stack(tr), np.stack(va), indices, len(idx))
        t = train(net, allp, allp, together, mask=mask, rows=rows)
        for g, i in enumerate(idx):
            res[i] = (joint._take_members(t.network, g * M, settings), pres[g])
    return res

def bend(opts):
    """prototype: knots=k, degree=d: uniform B-splines in place of the pieces; lin: factor of the scaled numbers"""
    import heart.model.preprocessing as P
    from sklearn.preprocessing import SplineTransformer
    k, d, lin, amp = opts.pop("knots", 0), opts.pop("degree", 2), opts.pop("lin", 1.0), opts.pop("amp", 1.0)
    if k:
        opts["pieces"] = k + d - 1
        def fit_knots(values, pieces, weight=None):
            lo, hi = np.nanmin(values, 0), np.nanmax(values, 0)
            return np.stack([np.append(np.linspace(a, b, k), np.zeros(pieces + 1 - k)) for a, b in zip(lo, hi)])
        def piece_shares(values, knots):
            cols = [SplineTransformer(degree=d, knots=kn[:k, None], extrapolation="constant").fit(np.linspace(kn[0], kn[k - 1], 9)[:, None]).transform(v[:, None]) for v, kn in zip(values.T, knots)]
            return [amp * np.stack([c[:, j] for c in cols], 1) for j in range(k + d - 1)]
        P.fit_knots, P.piece_shares = fit_knots, piece_shares
    if lin != 1.0:
        old = P._fit_scaler
        def scaler(values, weight):
            s = old(values, weight); s.scale_ = s.scale_ / max(lin, 1e-9); return s
        P._fit_scaler = scaler

def main():
    name, repeats, seeds = sys.argv[1], int(sys.argv[2]), [int(s) for s in sys.argv[3].split(",")]
    opts = parse(sys.argv[4:])
    bend(opts)
    hold = opts.pop("hold", "shared"); share = opts.pop("share", 0.2)
    settings = Settings(**opts, device="cpu")
    c = load_shipped("cleveland"); X, y = c.features, c.y_true
    for seed in seeds:
        path = f"{OUT}/{name}_{seed}.npz"
        splits = Folds(10, 5, seed).split(X, y)
        L = np.zeros((repeats, settings.members, len(y)), np.float32); t0 = time.process_time()
        for r in range(repeats):
            quiet()
            part = splits[r * 10:(r + 1) * 10]
            fit = own if hold == "own" else shared
            for (net, pre), (_, te) in zip(fit(X, y, [a for a, _ in part], settings, share), part):
                L[r, :, te] = logits(net, pre.encode(X.iloc[te])).T
        np.savez(path, L=L, y=y, s=(time.process_time() - t0) / (10 * repeats))
    import recipe_show; recipe_show.show([name], seeds)
if __name__ == "__main__": main()
