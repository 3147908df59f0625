"""Providers of models on this machine: OpenAI's and Gemini's wire protocols, their delays, their failures.

No model answers here: answers are earned from what a request holds, or scripted. Tests and benchmarks talk to it through
the real clients.
"""
