-- Lands the topics that trainers use in Iceberg tables: see docs/landing.md. For Flink's SQL client, with kafka.format: JSON.
-- Columns have the names of the schemas; what a table does without can be left out here.

SET 'pipeline.name' = 'craft-stream-landing';
SET 'execution.runtime-mode' = 'streaming';
-- What is committed to the tables is seen this often.
SET 'execution.checkpointing.interval' = '1min';
-- Tables say in which order the records of a key came; Flink must not shuffle them anew.
SET 'table.exec.sink.upsert-materialize' = 'NONE';

CREATE CATALOG lake WITH (
  'type' = 'iceberg',
  'catalog-type' = 'hadoop',
  'warehouse' = 'file:///opt/flink/state/lake'
);
CREATE DATABASE IF NOT EXISTS lake.craft;

CREATE TEMPORARY TABLE datasets_topic (
  dataset_id STRING,
  kind STRING,
  question_id STRING,
  mark STRING,
  revision BIGINT,
  question_version BIGINT,
  task STRING,
  label STRING,
  prompt STRING,
  response STRING,
  copies INT,
  subject STRING,
  tags ARRAY<STRING>,
  basis ROW<
    strategy STRING,
    initial_checkpoint_id STRING,
    rehearsal_checkpoint_id STRING,
    initial_correctness DOUBLE,
    initial_certainty DOUBLE,
    rehearsal_correctness DOUBLE,
    knowledge_flow DOUBLE,
    knowledge_prompt_version STRING,
    training_prompt_version STRING,
    correctness_rule STRING,
    sureness DOUBLE
  >,
  selection_seed DECIMAL(20, 0),
  question STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'datasets',
  'properties.bootstrap.servers' = 'kafka:9092',
  'properties.group.id' = 'craft-stream-landing',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TEMPORARY TABLE dataset_manifests_topic (
  record_key STRING NOT NULL,
  dataset_id STRING,
  kind STRING,
  task STRING,
  strategy STRING,
  initial_checkpoint_id STRING,
  rehearsal_checkpoint_id STRING,
  complete BOOLEAN,
  failure STRING,
  answer ROW<candidates BIGINT, wanted BIGINT, questions BIGINT, records BIGINT, cut_off_certainty DOUBLE>,
  refusal ROW<candidates BIGINT, wanted BIGINT, questions BIGINT, records BIGINT, cut_off_certainty DOUBLE>,
  seed DECIMAL(20, 0),
  training_prompt_version STRING,
  knowledge_prompt_version STRING,
  model_time BIGINT,
  request_id STRING,
  correctness_rule STRING,
  PRIMARY KEY (record_key) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'dataset-manifests',
  'properties.bootstrap.servers' = 'kafka:9092',
  'properties.group.id' = 'craft-stream-landing',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY'
);

CREATE TEMPORARY TABLE instructions_topic (
  record_key STRING NOT NULL,
  question_id STRING,
  revision BIGINT,
  question_version BIGINT,
  task STRING,
  label STRING,
  stage STRING,
  prompt STRING,
  response STRING,
  subject STRING,
  tags ARRAY<STRING>,
  basis ROW<
    strategy STRING,
    initial_checkpoint_id STRING,
    rehearsal_checkpoint_id STRING,
    initial_correctness DOUBLE,
    initial_certainty DOUBLE,
    rehearsal_correctness DOUBLE,
    knowledge_flow DOUBLE,
    drop_reason STRING,
    knowledge_prompt_version STRING,
    training_prompt_version STRING,
    model_time BIGINT,
    correctness_rule STRING,
    sureness DOUBLE
  >,
  PRIMARY KEY (record_key) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'instructions',
  'properties.bootstrap.servers' = 'kafka:9092',
  'properties.group.id' = 'craft-stream-landing',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY'
);

-- Only added to: a record of `datasets` is never replaced.
CREATE TABLE IF NOT EXISTS lake.craft.datasets (
  dataset_id STRING,
  kind STRING,
  question_id STRING,
  mark STRING,
  revision BIGINT,
  question_version BIGINT,
  task STRING,
  label STRING,
  prompt STRING,
  response STRING,
  copies INT,
  subject STRING,
  tags ARRAY<STRING>,
  basis ROW<
    strategy STRING,
    initial_checkpoint_id STRING,
    rehearsal_checkpoint_id STRING,
    initial_correctness DOUBLE,
    initial_certainty DOUBLE,
    rehearsal_correctness DOUBLE,
    knowledge_flow DOUBLE,
    knowledge_prompt_version STRING,
    training_prompt_version STRING,
    correctness_rule STRING,
    sureness DOUBLE
  >,
  selection_seed DECIMAL(20, 0),
  question STRING
) PARTITIONED BY (dataset_id) WITH ('format-version' = '2');

-- The newest of each key. A tombstone deletes its row.
CREATE TABLE IF NOT EXISTS lake.craft.dataset_manifests (
  record_key STRING NOT NULL,
  dataset_id STRING,
  kind STRING,
  task STRING,
  strategy STRING,
  initial_checkpoint_id STRING,
  rehearsal_checkpoint_id STRING,
  complete BOOLEAN,
  failure STRING,
  answer ROW<candidates BIGINT, wanted BIGINT, questions BIGINT, records BIGINT, cut_off_certainty DOUBLE>,
  refusal ROW<candidates BIGINT, wanted BIGINT, questions BIGINT, records BIGINT, cut_off_certainty DOUBLE>,
  seed DECIMAL(20, 0),
  training_prompt_version STRING,
  knowledge_prompt_version STRING,
  model_time BIGINT,
  request_id STRING,
  correctness_rule STRING,
  PRIMARY KEY (record_key) NOT ENFORCED
) WITH ('format-version' = '2', 'write.upsert.enabled' = 'true');

CREATE TABLE IF NOT EXISTS lake.craft.instructions (
  record_key STRING NOT NULL,
  question_id STRING,
  revision BIGINT,
  question_version BIGINT,
  task STRING,
  label STRING,
  stage STRING,
  prompt STRING,
  response STRING,
  subject STRING,
  tags ARRAY<STRING>,
  basis ROW<
    strategy STRING,
    initial_checkpoint_id STRING,
    rehearsal_checkpoint_id STRING,
    initial_correctness DOUBLE,
    initial_certainty DOUBLE,
    rehearsal_correctness DOUBLE,
    knowledge_flow DOUBLE,
    drop_reason STRING,
    knowledge_prompt_version STRING,
    training_prompt_version STRING,
    model_time BIGINT,
    correctness_rule STRING,
    sureness DOUBLE
  >,
  PRIMARY KEY (record_key) NOT ENFORCED
) WITH ('format-version' = '2', 'write.upsert.enabled' = 'true');

EXECUTE STATEMENT SET BEGIN
  INSERT INTO lake.craft.datasets SELECT * FROM datasets_topic;
  INSERT INTO lake.craft.dataset_manifests SELECT * FROM dataset_manifests_topic;
  INSERT INTO lake.craft.instructions SELECT * FROM instructions_topic;
END;
