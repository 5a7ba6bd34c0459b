"""A numba type of several doubles at once, so that a kernel says which values share a machine instruction.

Loops over samples written with it need no automatic vectorisation: no run-time alias checks, no remainder loops, no
reassociated sums (hence no `reassoc` flag, which would ruin the rounding tricks of `elementary`), and a reduction has
one fixed order. LLVM splits or widens the lanes to what the processor has. Products may be contracted into fused
multiply-adds, nothing else. Importing this module imports numba: only compiled kernels do.
"""

import operator

import numpy as np
from llvmlite import binding, ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.core import cgutils
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model
from numba.np.arrayobj import populate_array

kernel = njit(nogil=True, error_model="numpy", cache=True)
"""Decorator of a function called from Python; numba keeps its machine code beside its file."""
inlined = njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Decorator of a function called from kernels only: it is compiled into each of them."""
pasted = njit(nogil=True, error_model="numpy", inline="always")
"""Decorator of a function whose text is pasted into its callers: it is compiled there only."""
WIDE = binding.get_host_cpu_features().get("avx512f", False)
"""Whether a register holds 8 doubles, and there are 32 of them."""
FLAGS = ("contract",)
INDEX = ir.IntType(32)
BITS = ir.IntType(64)
UNKNOWN = 1 << 48


@inlined
def aligned(size):
    """Return zeros that start at a multiple of 64 bytes, so that no access touches two cache lines."""
    memory = np.zeros(size + 7)
    first = -memory.ctypes.data % 64 // 8
    return memory[first : first + size]


class Lanes(types.Type):
    """The numba type of `width` doubles."""

    def __init__(self, width):
        self.width = width
        super().__init__(name=f"Lanes({width})")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """Lanes are an LLVM vector, in registers and as arguments."""

    def __init__(self, manager, kind):
        super().__init__(manager, kind, _vector(kind.width))


def _vector(width, element=None):
    return ir.VectorType(element or ir.DoubleType(), width)


def _undefined(kind):
    return ir.Constant(kind, ir.Undefined)


def _spread(builder, scalar, width):
    first = builder.insert_element(_undefined(_vector(width)), scalar, ir.Constant(INDEX, 0))
    return builder.shuffle_vector(first, _undefined(_vector(width)), ir.Constant(_vector(width, INDEX), [0] * width))


def _pointer(context, builder, kind, array, index):
    """Address of an element; unlike numba's own indexing it has no check for a negative index."""
    return builder.gep(context.make_array(kind)(context, builder, array).data, [index])


def _arithmetic(symbol, instruction):
    @infer_global(symbol)
    class Typing(AbstractTemplate):
        def generic(self, args, keywords):
            lanes = [kind for kind in args if isinstance(kind, Lanes)]
            if len(args) != 2 or not lanes or len({kind.width for kind in lanes}) > 1:
                return None
            if not all(isinstance(kind, (Lanes, types.Float, types.Integer)) for kind in args):
                return None
            return signature(lanes[0], *(kind if isinstance(kind, Lanes) else types.float64 for kind in args))

    def lower(context, builder, sig, args):
        width = sig.return_type.width
        left, right = (
            value if isinstance(kind, Lanes) else _spread(builder, value, width)
            for value, kind in zip(args, sig.args, strict=True)
        )
        return getattr(builder, instruction)(left, right, flags=FLAGS)

    for left, right in ((Lanes, Lanes), (Lanes, types.float64), (types.float64, Lanes)):
        lower_builtin(symbol, left, right)(lower)


for _symbol, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _arithmetic(_symbol, _instruction)


@infer_global(operator.neg)
class _Negation(AbstractTemplate):
    def generic(self, args, keywords):
        return signature(args[0], args[0]) if len(args) == 1 and isinstance(args[0], Lanes) else None


@lower_builtin(operator.neg, Lanes)
def _negate(context, builder, sig, args):
    return builder.fneg(args[0])


def loader(width):
    """Return load(array, i): array[i : i + width] of a contiguous array; the caller keeps i in range."""
    kind = Lanes(width)

    @intrinsic
    def load(context, array, index):
        def generate(context, builder, sig, args):
            pointer = _pointer(context, builder, sig.args[0], *args)
            value = builder.load(builder.bitcast(pointer, _vector(width).as_pointer()))
            value.align = 8
            return value

        return kind(array, types.intp), generate

    return load


def spreader(width):
    """Return spread(array, i): array[i] in every lane."""
    kind = Lanes(width)

    @intrinsic
    def spread(context, array, index):
        def generate(context, builder, sig, args):
            return _spread(builder, builder.load(_pointer(context, builder, sig.args[0], *args)), width)

        return kind(array, types.intp), generate

    return spread


def filler(width):
    """Return fill(x): the scalar x in every lane."""
    kind = Lanes(width)

    @intrinsic
    def fill(context, scalar):
        def generate(context, builder, sig, args):
            return _spread(builder, args[0], width)

        return kind(types.float64), generate

    return fill


@intrinsic
def same(context, model, scalar):
    """Return the scalar in every lane, as many lanes as `model` has."""

    def generate(context, builder, sig, args):
        return _spread(builder, args[1], sig.return_type.width)

    return model(model, types.float64), generate


def _storer(align, stream):
    @intrinsic
    def store(context, array, index, lanes):
        def generate(context, builder, sig, args):
            pointer = _pointer(context, builder, sig.args[0], args[0], args[1])
            written = builder.store(args[2], builder.bitcast(pointer, args[2].type.as_pointer()))
            written.align = align
            if stream:
                written.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(INDEX, 1)]))
            return context.get_dummy_value()

        return types.none(array, types.intp, lanes), generate

    return store


store = _storer(8, stream=False)
stream = _storer(64, stream=True)
"""Store past the caches; the address must be a multiple of 64 bytes."""


@intrinsic
def prefetch(context, array, index):
    """Ask for the cache line of array[index], which may lie beyond the end: a hint, never an access."""

    def generate(context, builder, sig, args):
        pointer = _pointer(context, builder, sig.args[0], *args)
        byte = ir.IntType(8).as_pointer()
        declared = ir.FunctionType(ir.VoidType(), [byte, *[INDEX] * 3])
        function = cgutils.get_or_insert_function(builder.module, declared, "llvm.prefetch.p0")
        hints = [ir.Constant(INDEX, hint) for hint in (0, 2, 1)]
        builder.call(function, [builder.bitcast(pointer, byte), *hints])
        return context.get_dummy_value()

    return types.none(array, types.intp), generate


@intrinsic
def fence(context):
    """Order earlier streaming stores before whatever follows."""

    def generate(context, builder, sig, args):
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.none(), generate


@intrinsic
def count_up(context, counters, index):
    """Add 1 to an entry of an int64 array, whatever other threads do, and return what it was."""

    def generate(context, builder, sig, args):
        return builder.atomic_rmw(
            "add", _pointer(context, builder, sig.args[0], *args), ir.Constant(BITS, 1), "seq_cst"
        )

    return types.int64(counters, types.intp), generate


@intrinsic
def count(context, counters, index):
    """Return an entry of an int64 array that other threads change."""

    def generate(context, builder, sig, args):
        return builder.load_atomic(_pointer(context, builder, sig.args[0], *args), "seq_cst", 8)

    return types.int64(counters, types.intp), generate


@intrinsic
def publish(context, counters, index, number):
    """Set an entry of an int64 array: who sees it also sees what this thread did before, and has done with."""

    def generate(context, builder, sig, args):
        builder.store_atomic(args[2], _pointer(context, builder, sig.args[0], *args[:2]), "release", 8)
        return context.get_dummy_value()

    return types.none(counters, types.intp, types.int64), generate


@intrinsic
def claim(context, counters, index, number):
    """Set an entry of an int64 array from number - 1 to number; say whether it was this thread that did."""

    def generate(context, builder, sig, args):
        place = _pointer(context, builder, sig.args[0], *args[:2])
        before = builder.sub(args[2], ir.Constant(BITS, 1))
        return builder.extract_value(builder.cmpxchg(place, before, args[2], "seq_cst"), 1)

    return types.boolean(counters, types.intp, types.int64), generate


@intrinsic
def array_at(context, address):
    """Return the doubles at an address as an array of unknown size: indices must be known to be in range, and >= 0."""
    kind = types.Array(types.float64, 1, "C")

    def generate(context, builder, sig, args):
        array = context.make_array(kind)(context, builder)
        size = [context.get_constant(types.intp, value) for value in (UNKNOWN, 8)]
        data = builder.inttoptr(args[0], ir.DoubleType().as_pointer())
        populate_array(array, data=data, shape=size[:1], strides=size[1:], itemsize=size[1], meminfo=None)
        return array._getvalue()

    return kind(types.int64), generate


@intrinsic
def clear(context, array, lo, hi):
    """Set array[lo:hi] to 0."""

    def generate(context, builder, sig, args):
        first = _pointer(context, builder, sig.args[0], *args[:2])
        size = builder.mul(builder.sub(args[2], args[1]), ir.Constant(BITS, 8))
        cgutils.memset(builder, first, size, 0)
        return context.get_dummy_value()

    return types.none(array, types.intp, types.intp), generate


@intrinsic
def total(context, lanes):
    """Sum of the lanes, in halves: a fixed order."""

    def generate(context, builder, sig, args):
        value, width = args[0], sig.args[0].width
        while width > 1:
            width //= 2
            low, high = (
                builder.shuffle_vector(
                    value, _undefined(value.type), ir.Constant(_vector(width, INDEX), list(range(start, start + width)))
                )
                for start in (0, width)
            )
            value = builder.fadd(low, high)
        return builder.extract_element(value, ir.Constant(INDEX, 0))

    return types.float64(lanes), generate


@intrinsic
def lane(context, lanes, index):
    """One lane as a double."""

    def generate(context, builder, sig, args):
        return builder.extract_element(args[0], args[1])

    return types.float64(lanes, types.intp), generate


def _comparison(predicate, docstring):
    def typing(context, left, right):
        def generate(context, builder, sig, args):
            left, right = (
                value if isinstance(kind, Lanes) else _spread(builder, value, sig.return_type.width)
                for value, kind in zip(args, sig.args, strict=True)
            )
            return builder.select(builder.fcmp_ordered(predicate, left, right), left, right)

        lanes = left if isinstance(left, Lanes) else right
        return lanes(*(kind if isinstance(kind, Lanes) else types.float64 for kind in (left, right))), generate

    typing.__doc__ = docstring
    return intrinsic(typing)


smaller = _comparison("<", "min(left, right); right where one of them is NaN.")
larger = _comparison(">", "max(left, right); right where one of them is NaN.")


@intrinsic
def where_less(context, left, right, then, otherwise):
    """Return `then` in the lanes where left < right, else `otherwise`; all four are lanes."""

    def generate(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[2], args[3])

    return then(left, right, then, then), generate


@intrinsic
def power_of_two(context, shifted):
    """2**k for shifted = (k + 1023) + 1.5 * 2**52, the exponent's bits in the low bits of a double; |k| <= 1022."""

    def generate(context, builder, sig, args):
        bits = _vector(sig.return_type.width, BITS)
        return builder.bitcast(builder.shl(builder.bitcast(args[0], bits), _constant(bits, 52)), args[0].type)

    return shifted(shifted), generate


@intrinsic
def flip_if_odd(context, value, shifted):
    """(-1)**k value for shifted = k + 1.5 * 2**52."""

    def generate(context, builder, sig, args):
        bits = _vector(sig.return_type.width, BITS)
        sign = builder.shl(builder.bitcast(args[1], bits), _constant(bits, 63))
        return builder.bitcast(builder.xor(builder.bitcast(args[0], bits), sign), args[0].type)

    return value(value, value), generate


@intrinsic
def exponent_and_mantissa(context, positive):
    """Return (e, f) with positive = 2**e f, f in [1, 2), for normal positive doubles."""

    def generate(context, builder, sig, args):
        kind = args[0].type
        bits = _vector(sig.args[0].width, BITS)
        word = builder.bitcast(args[0], bits)
        field = builder.or_(builder.lshr(word, _constant(bits, 52)), _constant(bits, 0x4330000000000000))
        exponent = builder.fsub(builder.bitcast(field, kind), _constant(kind, 4503599627370496.0 + 1023.0))
        mantissa = builder.or_(
            builder.and_(word, _constant(bits, 0xFFFFFFFFFFFFF)), _constant(bits, 0x3FF0000000000000)
        )
        return context.make_tuple(builder, sig.return_type, (exponent, builder.bitcast(mantissa, kind)))

    return types.UniTuple(positive, 2)(positive), generate


@intrinsic
def polynomial(context, coefficients, x):
    """Evaluate a polynomial by Horner's rule; the coefficients are a constant tuple, lowest first."""

    def generate(context, builder, sig, args):
        width = sig.return_type.width
        values = [_spread(builder, builder.extract_value(args[0], i), width) for i in range(len(sig.args[0]))]
        result = values.pop()
        for value in reversed(values):
            result = builder.fadd(builder.fmul(result, args[1], flags=FLAGS), value, flags=FLAGS)
        return result

    return x(coefficients, x), generate


def _constant(kind, value):
    return ir.Constant(kind, [value] * kind.count)


def _llvm_function(builder, name, args):
    kind = args[0].type
    declared = ir.FunctionType(kind, [kind] * len(args))
    return cgutils.get_or_insert_function(builder.module, declared, f"llvm.{name}.v{kind.count}f64")


def _unary(name, docstring):
    def typing(context, lanes):
        def generate(context, builder, sig, args):
            return builder.call(_llvm_function(builder, name, args), args)

        return lanes(lanes), generate

    typing.__doc__ = docstring
    return intrinsic(typing)


square_root = _unary("sqrt", "Square root.")
magnitude = _unary("fabs", "Absolute value.")


@intrinsic
def with_sign(context, size, sign):
    """Return the magnitude of `size` with the sign of `sign`."""

    def generate(context, builder, sig, args):
        return builder.call(_llvm_function(builder, "copysign", args), args)

    return size(size, size), generate
