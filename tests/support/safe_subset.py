"""What every engine understands alike: the constructs that a statement may not have, and the functions that it may."""

from __future__ import annotations

from sqlglot import exp

NOT_PORTABLE = (
    *(exp.Cast, exp.TryCast, exp.Div, exp.IntDiv, exp.Mod, exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike),
    *(exp.SimilarTo, exp.Concat, exp.DPipe, exp.Substring, exp.Collate, exp.Limit, exp.Lateral, exp.Unnest, exp.Array),
    *(exp.Qualify, exp.Bracket, exp.Pivot),
)
WHOLE = {"millionths_below", "millionths_above", "has_partner"}
"""Columns of whole numbers; a product without one, or without a literal, may be rounded: Spark cuts its decimals."""
FUNCTIONS = {"Abs", "Case", "Coalesce", "Count", "Exists", "If", "Max", "Min", "RowNumber", "Sum"}


def outside(tree: exp.Expr) -> list[str]:
    """What engines differ in, as it stands in the text."""
    odd = [each for each in tree.find_all(exp.Func) if not isinstance(each, exp.And | exp.Or)]
    found = [*tree.find_all(*NOT_PORTABLE), *(each for each in odd if type(each).__name__ not in FUNCTIONS)]
    found += [each for each in tree.find_all(exp.Group) if each.args.get("all")]
    found += [each for each in tree.find_all(exp.Distinct) if each.args.get("on")]
    found += [each for each in tree.find_all(exp.Mul) if not any(map(_is_whole, (each.left, each.right)))]
    return [each.sql() for each in found]


def _is_whole(factor: exp.Expr) -> bool:
    while isinstance(factor, exp.Neg | exp.Paren):
        factor = factor.this
    return factor.is_int or (isinstance(factor, exp.Column) and factor.name in WHOLE)
