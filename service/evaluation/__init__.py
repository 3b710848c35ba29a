"""Measure answers: questions with known answers, asked of the service, judged and compared.

Questions come from the files of ``index.evaluation`` and become ``targets``; the service is asked
and what can be checked of each answer noted (``asking``) and kept (``answer_run``), and every
figure follows from that (``answer_measures``, ``answer_figures``). ``refusals`` chooses from which
confidence on a collection answers.
"""
