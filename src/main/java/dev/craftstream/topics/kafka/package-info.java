/**
 * The edge to Kafka: settings, sources, sinks, transactions, and the topics themselves, which are
 * created and checked before the job starts.
 */
package dev.craftstream.topics.kafka;
