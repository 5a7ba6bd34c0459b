"""The diagonal Elman network: initialisation, derivatives, training, transportation maps, targets and kernels.

Arrays are float64: data X (n, T, d) and y (n, T), weights w (m,), u (m, d), c (m,). No SymPy beyond the activation.
"""

from boundcheck.network.activation_functions import gradient_functions as gradient_functions
from boundcheck.network.derivatives import derivative_suprema as derivative_suprema
from boundcheck.network.derivatives import directional_derivatives as directional_derivatives
from boundcheck.network.derivatives import hessian as hessian
from boundcheck.network.derivatives import jacobian as jacobian
from boundcheck.network.derivatives import third_derivative as third_derivative
from boundcheck.network.descent import Trajectory as Trajectory
from boundcheck.network.descent import gradient_descent as gradient_descent
from boundcheck.network.descent import project as project
from boundcheck.network.gradient import loss_and_gradient as loss_and_gradient
from boundcheck.network.gradient import risk as risk
from boundcheck.network.initialization import Weights as Weights
from boundcheck.network.initialization import check_inputs as check_inputs
from boundcheck.network.initialization import check_targets as check_targets
from boundcheck.network.initialization import symmetric_initialization as symmetric_initialization
from boundcheck.network.memory import estimate_memory as estimate_memory
from boundcheck.network.samples import random_inputs as random_inputs
from boundcheck.network.samples import random_map as random_map
from boundcheck.network.samples import random_targets as random_targets
from boundcheck.network.states import forward as forward
from boundcheck.network.states import hidden_states as hidden_states
from boundcheck.network.states import linear_forward as linear_forward
from boundcheck.network.tangent_kernel import gram_matrix as gram_matrix
from boundcheck.network.transportation import TransportationMap as TransportationMap
from boundcheck.network.transportation import point_of_attraction as point_of_attraction
from boundcheck.network.transportation import target as target
