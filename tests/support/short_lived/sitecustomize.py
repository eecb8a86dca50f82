"""For processes of Python that engines start for seconds: no garbage is looked for at their end, and seldom before.

Of the half second that a Pulumi program or its provider takes to start and to end, this was a fifth.
"""

import atexit
import gc

gc.set_threshold(100_000, 50, 100)
atexit.register(gc.freeze)
