"""The offline teacher in the OpenAI wire format on loopback, with limits, a bill and faults.

request ─▶ key, shape, model … ─▶ limits ─▶ latency ─▶ written, billed ─▶ sent
             asked, chat          limits     faults     answering, bill    sending

files, batches: the same answers at half the price, later. For tests, benchmarks and other tools.
"""

from tasks.model.serve.bill import Prices, Totals, request_key
from tasks.model.serve.faults import FAULTS, Faults, Latency
from tasks.model.serve.limits import Flavour, Rates
from tasks.model.serve.options import Batching, Checks, Options
from tasks.model.serve.running import Served, serve, served, serving

__all__ = [
    "FAULTS",
    "Batching",
    "Checks",
    "Faults",
    "Flavour",
    "Latency",
    "Options",
    "Prices",
    "Rates",
    "Served",
    "Totals",
    "request_key",
    "serve",
    "served",
    "serving",
]
