"""The engine that asks the model: knows nothing of flows, nor of what the requests are about.

Engine.answer(request)          engine.py     stored, joined or asked for; kept before it is told
  ├─ which endpoint             choice.py     by order or weight, well ones first; patience
  ├─ what it may cost           spending.py   reserved before sending, settled after
  ├─ when it may be sent        limits.py     pacing, requests in flight, circuit breaker
  ├─ how it is sent             endpoint.py   official client, dialect; wire.py: bytes in and out
  └─ what came back instead     failures.py   by kind, and what is done about each
engine(params, service, root)   host.py       the one of this process, on its one event loop
"""

from tasks.model.engine.engine import Engine, Obtained
from tasks.model.engine.host import close_engines, engine

__all__ = ["Engine", "Obtained", "close_engines", "engine"]
