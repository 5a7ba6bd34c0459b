"""PyTorch: gradient by reverse mode, Jacobian by forward mode and by the recursion, kernel by a product."""

import numpy as np
import torch
from protocol import data, serve, sizes  # type: ignore[import-not-found]

torch.set_num_threads(2)


def gradient(size):
    """Forms: samples by neurons, neurons by samples, in-place sums."""
    X, y, w, u, c = data(size)
    n, T, d, m = sizes(size)
    root = np.sqrt(m)
    rows_of, columns_of = (torch.tensor(X.transpose(axes).copy()) for axes in ((1, 0, 2), (1, 2, 0)))
    targets, signs = torch.tensor(y.T.copy()), torch.tensor(c)
    W, U = torch.tensor(w, requires_grad=True), torch.tensor(u, requires_grad=True)

    def finish(outputs):
        return torch.autograd.grad(((torch.stack(outputs) / root - targets) ** 2).mean(), (W, U))

    def rows():
        h, outputs = torch.zeros(n, m, dtype=torch.float64), []
        for x in rows_of:
            h = torch.tanh(torch.addmm(W * h, x, U.T))
            outputs.append(h @ signs)
        return finish(outputs)

    def columns():
        h, outputs = torch.zeros(m, n, dtype=torch.float64), []
        for x in columns_of:
            h = torch.tanh(torch.addmm(W[:, None] * h, U, x))
            outputs.append(signs @ h)
        return finish(outputs)

    def plain():
        h, outputs = torch.zeros(n, m, dtype=torch.float64), []
        for x in rows_of:
            h = torch.tanh(W * h + x @ U.T)
            outputs.append(h @ signs)
        return finish(outputs)

    return {"rows": rows, "columns": columns, "plain": plain}


def features(X, w, u):
    """Return dh of shape (T, 1+d, m, n) by the recursion of Proposition 1."""
    n, T, d = X.shape
    inputs = X.permute(1, 2, 0)
    result = torch.empty(T, 1 + d, len(w), n, dtype=torch.float64)
    h, D = torch.zeros(len(w), n, dtype=torch.float64), torch.zeros(1 + d, len(w), n, dtype=torch.float64)
    for t in range(T):
        x = inputs[t]
        new = torch.tanh(torch.addmm(w[:, None] * h, u, x))
        torch.mul(D, w[:, None], out=result[t])
        result[t, 0] += h
        result[t, 1:] += x[:, None]
        D = result[t].mul_(1 - new * new)
        h = new
    return result


def jacobian(size):
    """Form: recursion."""
    X, _, w, u, _ = data(size)
    arguments = torch.tensor(X), torch.tensor(w), torch.tensor(u)

    def recursion():
        with torch.no_grad():
            return features(*arguments)

    return {"recursion": recursion}


def gram(size):
    """Form: recursion, then one matrix product."""
    X, _, w, u, _ = data(size)
    n, T, d, m = sizes(size)
    arguments = torch.tensor(X), torch.tensor(w), torch.tensor(u)

    def product():
        with torch.no_grad():
            D = features(*arguments).permute(1, 2, 3, 0).reshape((1 + d) * m, n * T)
            return D.T @ D / m

    return {"product": product}


if __name__ == "__main__":
    serve({"gradient": gradient, "jacobian": jacobian, "gram": gram})
