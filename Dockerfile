# What jobs of profiles/aws-batch run in: Python and our dependencies, without root. The workflow itself is not in it:
# Snakemake brings the files of the checkout to every job.
FROM python:3.12-slim

COPY requirements-container.txt /tmp/
RUN pip install --no-cache-dir --require-hashes --requirement /tmp/requirements-container.txt \
 && rm /tmp/requirements-container.txt \
 && useradd --create-home --uid 1000 clm

USER clm
WORKDIR /home/clm
