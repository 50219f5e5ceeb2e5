"""Cheap stand-ins: logistic regressions on the network's inputs, with or without masked copies."""
import os, sys, time
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.preprocessing import SplineTransformer
from heart.data import load_shipped
from heart.experiments.cross_validation import Folds
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import FEATURES
OUT = "/work/tmp/recipe_oof"
c = load_shipped("cleveland"); X, y = c.features, c.y_true
def fit_lr(A, b, lam, w0=None):
    n, d = A.shape
    def f(w):
        z = A @ w[:-1] + w[-1]
        loss = np.logaddexp(0, z) - b * z
        g = (expit(z) - b) / n
        return loss.mean() + lam / 2 * (w[:-1] @ w[:-1]), np.append(A.T @ g + lam * w[:-1], g.sum())
    return minimize(f, np.zeros(d + 1) if w0 is None else w0, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
def onehot(codes, cards):
    return np.hstack([np.eye(k)[codes[:, j]] for j, k in enumerate(cards)])
class Design:
    def __init__(self, frame, pieces, spline, scale, degree=3, knots="uniform", std=False, lin=False):
        self.pre = HeartPreprocessor(FEATURES, pieces=pieces).fit(frame); self.spline = None; self.scale = scale
        if spline:
            num = self.pre.encode(frame).numeric[:, :6]
            self.spline = SplineTransformer(n_knots=spline, degree=degree, knots=knots, include_bias=False).fit(num); s = self.spline.transform(num); self.m, self.s = (s.mean(0), s.std(0) + 1e-9) if std else (0, 1)
        self.lin = lin
    def base(self, frame):
        e = self.pre.encode(frame); F = 6
        num, flags = e.numeric[:, :-F].astype(float), e.numeric[:, -F:].astype(float)
        if self.spline is not None: num = np.hstack([(self.spline.transform(num[:, :F]) - self.m) / self.s] + ([num[:, :F]] if self.lin else []))
        groups = []
        return num, flags, e.codes
    def hidden(self):
        import pandas as pd
        nothing = X.head(1).copy()
        for f in FEATURES: nothing[f.name] = pd.Series([np.nan if f.encoding == "scale" else pd.NA], index=nothing.index, dtype="float64" if f.encoding == "scale" else X[f.name].dtype)
        return self.base(nothing)
    def matrix(self, num, flags, codes): return np.hstack([num * self.scale, flags, onehot(codes, self.pre.cardinalities)])
    def owner(self, n):  # which of six numbers each numeric column belongs to
        per = (n - 6 * self.lin) // 6
        return np.append(np.repeat(np.arange(6), per), np.arange(6) if self.lin else []).astype(int) if self.spline is not None else np.tile(np.arange(6), per)
def run(name, pieces=1, spline=0, lam=0.01, mask=0.0, copies=20, reps=5, seeds=(0, 27182, 101, 202), scale=1.0, **more):
    for seed in seeds:
        splits = Folds(10, 5, seed).split(X, y); L = np.zeros((reps, 1, len(y)), np.float32); t = time.process_time()
        for i, (tr, te) in enumerate(splits[:reps * 10]):
            D = Design(X.iloc[tr], pieces, spline, scale, **more); num, fl, co = D.base(X.iloc[tr]); b = y[tr].astype(float)
            if mask:
                rng = np.random.default_rng(i); hn, hf, hc = D.hidden(); own = D.owner(num.shape[1])
                A, B = [], []
                for k in range(copies):
                    h = rng.random((len(tr), 13)) < mask; hnum = h[:, :6]
                    A.append(D.matrix(np.where(hnum[:, own], hn, num), np.where(hnum, 1.0, fl), np.where(h[:, 6:], hc, co))); B.append(b)
                A, b = np.vstack(A), np.concatenate(B)
            else: A = D.matrix(num, fl, co)
            w = fit_lr(A, b, lam)
            L[i // 10, 0, te] = D.matrix(*D.base(X.iloc[te])) @ w[:-1] + w[-1]
        np.savez(f"{OUT}/{name}_{seed}.npz", L=L, y=y, s=(time.process_time() - t) / (10 * reps))
if __name__ == "__main__":
    import recipe_show
    for spec in sys.argv[1:]:
        while os.path.exists("/work/tmp/QUIET"): time.sleep(3)
        kw = eval(f"dict({spec})"); name = "lr_" + spec.replace(" ", "").replace(",", "_").replace("=", "").replace(chr(39), "")
        seeds = kw.get("seeds", (0, 27182, 101, 202)); run(name, **kw)
        recipe_show.show([name], seeds, base="nohid")
