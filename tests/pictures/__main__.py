"""Make the picture and the table anew: `make pictures`."""

import asyncio

from tests.pictures.making import PICTURE, README, draw, with_tables

PICTURE.write_text(asyncio.run(draw()))
README.write_text(with_tables(README.read_text()))
