"""Gradients by several threads: batches, helpers that stay, interruptions, weights too large for fast kernels."""

import multiprocessing
import os
import threading
import time

import numpy as np
import pytest

from boundcheck.network.evaluator import Evaluator
from boundcheck.network.gradient import plain_loss_and_gradient
from boundcheck.network.initialization import Weights
from boundcheck.network.kernels import crew, layout
from boundcheck.network.kernels.generation import has_bounded_kernels, kernels


@pytest.fixture
def task(rng, make_problem, monkeypatch):
    """A problem of 16 parts and its evaluator for two threads."""
    monkeypatch.setenv("BOUNDCHECK_THREADS", "2")
    weights, X, y = make_problem(rng, n=40, T=5, d=2, m=512)
    return weights, X, y, Evaluator(X, y, weights.m, "tanh")


def arrays(weights):
    return weights.w, weights.u, weights.c


def assert_same(one, other):
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ["tanh", "gaussian"])
@pytest.mark.parametrize("kept_bytes", [1 << 40, 0, 1 << 16])
def test_batches_do_not_change_a_bit(name, kept_bytes, rng, make_problem, monkeypatch):
    weights, X, y = make_problem(rng, n=75, T=5, d=2, m=300)
    monkeypatch.setenv("BOUNDCHECK_THREADS", "1")
    expected = Evaluator(X, y, weights.m, name, kept_bytes=1 << 40)(*arrays(weights))
    batches = []
    for threads in ("1", "2", "3"):
        for size in (1 << 21, 1 << 18, 1):
            monkeypatch.setenv("BOUNDCHECK_THREADS", threads)
            monkeypatch.setattr(layout, "FAST_BYTES", size)
            evaluate = Evaluator(X, y, weights.m, name, kept_bytes=kept_bytes)
            batches.append(evaluate._batches)
            for _ in range(5):
                assert_same(evaluate(*arrays(weights)), expected)
    assert {1, 3, 5} <= set(batches)


def test_a_helper_stays_for_a_moment_and_leaves(task):
    weights, _, _, evaluate = task
    seat = evaluate._team._seats[1]
    for wanted in (1, 0):
        for _ in range(2000):
            if wanted:
                evaluate(*arrays(weights))
            if evaluate._team._board[seat] == wanted:
                break
            time.sleep(0.001)
        assert evaluate._team._board[seat] == wanted


def test_helpers_may_use_all_processors_again(task):
    weights, _, _, evaluate = task
    evaluate(*arrays(weights))
    allowed = os.sched_getaffinity(0)
    for _ in range(2000):
        if os.sched_getaffinity(crew._helpers[0].thread.native_id) == allowed:
            break
        time.sleep(0.001)
    assert os.sched_getaffinity(crew._helpers[0].thread.native_id) == allowed


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupted_gradient_leaves_the_evaluator_sound(moment, task, monkeypatch):
    weights, _, _, evaluate = task
    expected = evaluate(*arrays(weights))
    team, run = evaluate._team, evaluate._team._run

    def interrupted(thread, *, new=False):
        code = run(thread, new=new) if thread or moment == "after" else 0
        if thread == 0:
            raise KeyboardInterrupt
        return code

    with monkeypatch.context() as patch:
        patch.setattr(team, "_run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            evaluate(*(2 * array for array in arrays(weights)))
    assert team._open
    assert_same(evaluate(*arrays(weights)), expected)
    assert not team._open
    assert team._arrays is team._none


def test_a_gradient_that_was_left_unfinished_is_finished_first(task, monkeypatch):
    """A part looks as if another thread had it: the leader waits, is interrupted, and asks for another gradient."""
    weights, _, _, evaluate = task
    expected = evaluate(*arrays(weights))
    team, run, parts = evaluate._team, evaluate._team._run, len(evaluate._parts)
    claim = len(team._board) - 3 * parts - (len(team._squares) - 1) // evaluate._batches + 3
    calls = []

    def watched(thread, *, new=False):
        code = run(thread, new=new)
        if thread == 0:
            calls.append(code)
            if code == team._again and (len(calls) == 1 or len(calls) > 20):
                raise KeyboardInterrupt
        return code

    monkeypatch.setattr(team, "_run", watched)
    board = team._board
    board[claim] += 1
    with pytest.raises(KeyboardInterrupt):
        evaluate(*(2 * array for array in arrays(weights)))
    board[claim] -= 1
    assert_same(evaluate(*arrays(weights)), expected)


def test_a_gradient_that_waits_for_another_thread_is_resumed(task, monkeypatch):
    """As if the leader had run out of patience at every point: again and again, nothing is done twice."""
    weights, _, _, evaluate = task
    expected, team = evaluate(*arrays(weights)), evaluate._team
    run = team._run

    def impatient(thread, *, new=False):
        run(thread, new=new)
        return team._again if new else run(thread)

    monkeypatch.setattr(team, "_run", impatient)
    assert_same(evaluate(*arrays(weights)), expected)


def test_evaluators_by_turns_and_side_by_side(rng, make_problem, monkeypatch):
    monkeypatch.setenv("BOUNDCHECK_THREADS", "1")
    tasks = []
    for n, T, m in ((9, 4, 700), (40, 3, 300), (17, 9, 128)):
        weights, X, y = make_problem(rng, n=n, T=T, d=2, m=m)
        tasks.append((weights, X, y, Evaluator(X, y, m, "tanh")(*arrays(weights))))
    monkeypatch.setenv("BOUNDCHECK_THREADS", "3")
    wrong = []

    def work():
        evaluators = [Evaluator(X, y, weights.m, "tanh") for weights, X, y, _ in tasks]
        for k in range(150):
            weights, _, _, expected = tasks[k % 3]
            found = evaluators[k % 3](*arrays(weights))
            if not all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True)):
                wrong.append(k)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_forked_child_uses_an_evaluator_of_its_parent(task):
    weights, _, _, evaluate = task
    expected = evaluate(*arrays(weights))

    def child(queue):
        evaluate._team._board[evaluate._team._seats[1]] = 1  # as if a helper had been there
        found = evaluate(*arrays(weights))
        queue.put((found, len(crew._helpers)))

    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    found, helpers = queue.get()
    process.join()
    assert_same(found, expected)
    assert helpers == 1


def test_a_child_forked_within_a_gradient_begins_anew(task):
    """Its parent's threads, with what they had claimed, are not there."""
    weights, _, _, evaluate = task
    expected = evaluate(*arrays(weights))
    team = evaluate._team
    team._board[-3:] += 1
    team._open = True
    team._lock.acquire()

    def child(queue):
        queue.put(evaluate(*arrays(weights)))

    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    assert_same(queue.get(), expected)
    process.join()


def test_an_evaluator_serves_one_thread_at_a_time(task):
    weights, _, _, evaluate = task
    evaluate._team._lock.acquire()
    with pytest.raises(RuntimeError, match="one gradient at a time"):
        evaluate(*arrays(weights))
    evaluate._team._lock.release()
    assert np.isfinite(evaluate(*arrays(weights))[0])


def test_a_helper_survives_a_task_that_fails(monkeypatch):
    reports, done = [], threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda report: reports.append(report.exc_value))

    def fail(_):
        raise MemoryError

    crew.enlist(fail, [1])
    for _ in range(2000):
        if reports:
            break
        time.sleep(0.001)
    crew.enlist(lambda _: done.set(), [1])
    assert done.wait(5)
    assert [type(problem) for problem in reports] == [MemoryError]


def test_a_gradient_without_helpers_where_no_thread_can_be_started(task, monkeypatch):
    weights, X, y, evaluate = task
    expected = evaluate(*arrays(weights))

    def fail(_):
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(crew, "_helpers", [])
    monkeypatch.setattr(threading.Thread, "start", fail)
    assert_same(Evaluator(X, y, weights.m, "tanh")(*arrays(weights)), expected)


@pytest.mark.parametrize("name", ["tanh", "logistic"])
@pytest.mark.parametrize("factor", [1.0, 1e4, 1e200])
def test_weights_of_any_size(name, factor, rng, make_problem):
    """Beyond their reach the fast kernels would be wrong: others take over, and stay."""
    weights, X, y = make_problem(rng, n=11, T=4, d=3, m=64)
    large = Weights(weights.w, factor * weights.u, weights.c)
    evaluate = Evaluator(X, y, weights.m, name)
    assert has_bounded_kernels(name)
    expected = plain_loss_and_gradient(large, X, y, name)
    for value, reference in zip(evaluate(*arrays(large)), expected, strict=True):
        np.testing.assert_allclose(value, reference, rtol=1e-11, atol=1e-15)
    assert (evaluate._team._gradient is kernels(name, bounded=True).gradient) == (factor == 1)
    before = Evaluator(X, y, weights.m, name)(*arrays(weights))
    assert_same(evaluate(*arrays(weights)), before)


def test_the_bound_of_the_arguments_is_one(rng):
    """max |w| sup |sigma| + sum |u_k| max |x_k|, at its largest for the last neuron."""
    module = kernels("logistic", bounded=True)
    w, u = rng.normal(size=9), rng.normal(size=(9, 3))
    w[-1] = 7.0
    widest = rng.uniform(size=3)
    from numba import njit

    farthest = njit(module.farthest.py_func)
    assert farthest(w, u.ravel(), widest, 1, 9, 3) == pytest.approx((np.abs(w) + np.abs(u) @ widest).max(), rel=1e-8)
    u[4, 1] = np.nan
    assert farthest(w, u.ravel(), widest, 0, 9, 3) == np.inf
    assert farthest(w, u.ravel(), widest, 5, 9, 3) < np.inf


def test_no_number_stays_none(task):
    weights, _, _, evaluate = task
    u = weights.u.copy()
    u[7, 1] = np.nan
    risk, grad_w, _ = evaluate(weights.w, u, weights.c)
    assert np.isnan(risk)
    assert np.isnan(grad_w).all()
    assert np.isfinite(evaluate(*arrays(weights))[0])
