"""Measure answers: questions with known answers, asked of the service, judged and compared.

Questions come from the files of ``index.evaluation`` and become ``targets``; the service is asked
(``asking``), what can be checked of each answer is noted (``facts``, ``answer_words``) and kept
(``answer_run``), and every figure follows from that (``answer_measures``, ``answer_figures``,
``answer_comparison``, ``error_curves``). ``calibrating`` sets from which confidence on a collection
answers.
"""
