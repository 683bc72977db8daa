"""Rehearsing a process on a clock of its own: a school year in seconds, or step by step, with nothing written anywhere.

The real engine plays, on a database in memory (:mod:`engine.rehearsal.stage`), so that what is rehearsed is what will happen.
"""

from engine.rehearsal.answers import Chooser, Setting, Troupe
from engine.rehearsal.diary import Line, diary
from engine.rehearsal.expectations import difference, outcome
from engine.rehearsal.explore import Explored, Life, explore
from engine.rehearsal.play import Played, Player, play
from engine.rehearsal.recording import Expected, Move, Recording, read
from engine.rehearsal.replay import Replayed
from engine.rehearsal.scene import Beginning, Scene, beginnings, scene, start_form
from engine.rehearsal.stage import Prepared, prepare_stage

__all__ = [
    "Beginning",
    "Chooser",
    "Expected",
    "Explored",
    "Life",
    "Line",
    "Move",
    "Played",
    "Player",
    "Prepared",
    "Recording",
    "Replayed",
    "Scene",
    "Setting",
    "Troupe",
    "beginnings",
    "diary",
    "difference",
    "explore",
    "outcome",
    "play",
    "prepare_stage",
    "read",
    "scene",
    "start_form",
]
