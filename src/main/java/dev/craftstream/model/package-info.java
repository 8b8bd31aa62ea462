/**
 * The domain, free of Flink, Kafka and gRPC, and immutable. Here are questions, the records that
 * they came from, dead letters and costs; the sub-packages hold what is made of them.
 */
package dev.craftstream.model;
