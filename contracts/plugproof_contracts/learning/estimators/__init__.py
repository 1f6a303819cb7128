"""One module of estimators for each family of facts; each estimator reads observations and returns a fact."""
