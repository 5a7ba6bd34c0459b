import numpy as np
import pytest
from flint import arb, ctx

from boundcheck.activations import activation
from boundcheck.enclosure import compile_arb
from boundcheck.network.activation_table import HALF_CELL, activation_table
from boundcheck.notation import z as symbol


@pytest.mark.parametrize("name", ["tanh", "erf", "z/sqrt(1+z**2)", "sin(z)*exp(-z**2/8)"])
def test_values_lie_within_the_stated_errors(name):
    chosen, limit = activation(name), 3.0
    table = activation_table(chosen, limit)
    rng = np.random.default_rng(3)
    edges = np.array([0.0, HALF_CELL, -HALF_CELL, 1 - HALF_CELL, limit, -limit])
    z = np.concatenate([rng.uniform(-limit, limit, 60), edges])
    values = table.evaluate(z)
    with ctx.workprec(120):
        for order in range(6):
            exact = compile_arb(chosen.derivative(order), [symbol])
            for point, value in zip(z, values[order], strict=True):
                truth = exact(arb(float(point)))
                assert abs(truth - arb(float(value))) <= arb(float(table.errors[order]))
                assert abs(truth) <= arb(float(table.suprema[order]))
    assert table.errors[0] < 1e-15
    assert table.errors[3] < 1e-11


def test_suprema_are_tight():
    table = activation_table(activation("tanh"), 3.0)
    np.testing.assert_allclose(table.suprema[:5], [1, 1, 0.7698, 2, 4.0859], rtol=1e-3)


@pytest.mark.parametrize("name", ["relu", "z*abs(z)*abs(z)**(1/2)"])
def test_a_kink_is_refused(name):
    try:
        chosen = activation(name)
    except ValueError:
        return
    with pytest.raises(ValueError, match="sigma must be smooth"):
        activation_table(chosen, 2.0)


def test_a_point_beyond_the_table_is_refused():
    table = activation_table(activation("tanh"), 2.0)
    with pytest.raises(ValueError, match="within the table"):
        table.evaluate(np.array([table.limit + 0.1]))
    with pytest.raises(ValueError, match="within the table"):
        table.evaluate(np.array([np.nan]))
    with pytest.raises(ValueError, match="must stay below"):
        activation_table(activation("tanh"), 1e9)
