"""`python -m helpdesk.services.rebuilding`: builds indexes anew, as a Builder on its standard input says."""

from __future__ import annotations

import logging
import pickle
import sys

from sqlalchemy.exc import SQLAlchemyError

from helpdesk.db import Database, create_engine_for
from helpdesk.errors import Busy, HelpdeskError
from helpdesk.search.segmenters import plug_in
from helpdesk.services.builders import EVERY, Builder
from helpdesk.services.indexing import Indexer


def main(what: str) -> int:
    """The process: progress on standard output, a sentence on standard error; its exit code."""
    logging.basicConfig(format="%(message)s")
    builder: Builder = pickle.load(sys.stdin.buffer)  # noqa: S301  from the process that started this one
    settings = builder.settings
    database = Database(create_engine_for(builder.url))
    indexer = Indexer(database, builder.backend(settings.index_path), settings.locale_set, settings.index_path)
    try:
        plug_in(settings.segmenters)
        if what == EVERY:
            indexer.rebuild_every(_tell)
        else:
            indexer.rebuild_marked()
    except KeyboardInterrupt:
        return 130
    except (HelpdeskError, SQLAlchemyError, OSError, MemoryError) as error:
        sys.stderr.write(f"{_sentence(error)}\n")
        return 1
    return 0


def _sentence(error: Exception) -> str:
    if isinstance(error, Busy):
        return f"The database is busy: {error}. The index is as it was."
    reason = f" ({error.__cause__})" if isinstance(error.__cause__, OSError | HelpdeskError) else ""
    return f"{error or 'There is not enough memory.'}{reason}".replace("\n", " ")


def _tell(label: str, done: int, total: int) -> None:
    sys.stdout.write(f"{done}\t{total}\t{label}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
