import numpy as np, time, sys
sys.path.insert(0,"/work/tmp")
from recipe_lr import X, y, OUT, Folds
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import *
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from heart.experiments.baselines import _as_floats, _as_objects
from heart.schema import FEATURES
N=[f.name for f in FEATURES if f.encoding=="scale"]; C=[f.name for f in FEATURES if f.encoding=="label"]
def make(kind, c):
    sp = SplineTransformer() if kind!="q" else SplineTransformer(knots="quantile")
    num = [FunctionTransformer(_as_floats), SimpleImputer(strategy="median", add_indicator=kind=="i"), sp]
    if kind == "std": num.append(StandardScaler())
    return make_pipeline(make_column_transformer((make_pipeline(*num), N if kind!="ca" else N+["ca"]), (make_pipeline(FunctionTransformer(_as_objects), OneHotEncoder(handle_unknown="ignore", sparse_output=False)), C)), LogisticRegression(C=c, max_iter=3000))
for kind, c in [("a",.1),("q",.1),("std",.1),("a",.3),("a",1.0)]:
    for s in (0,27182,101,202):
        sp = Folds(10,5,s).split(X,y); L=np.zeros((5,1,len(y)),np.float32)
        for i,(tr,te) in enumerate(sp):
            m = make(kind,c).fit(X.iloc[tr],y[tr]); L[i//10,0,te]=m.decision_function(X.iloc[te])
        np.savez(f"{OUT}/lr_sk_{kind}_{c}_{s}.npz",L=L,y=y,s=0.02)
    import recipe_show; recipe_show.show([f"lr_sk_{kind}_{c}"],[0,27182,101,202],base="none")
    recipe_show.show([f"n8_k4d2_lin5+lr_sk_{kind}_{c}"],[0,27182,101,202],base="n8_k4d2_lin5")
    recipe_show.show([f"nohid+lr_sk_{kind}_{c}"],[0,27182],base="nohid")
