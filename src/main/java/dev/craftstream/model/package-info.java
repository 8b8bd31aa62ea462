/**
 * The domain: questions, model checkpoints, knowledge states, decisions, datasets and evaluations.
 * Immutable, and free of Flink, Kafka and gRPC.
 */
package dev.craftstream.model;
