/**
 * The job's edge to Kafka: records of the topics to domain records and back, sources and sinks, and
 * the topics themselves.
 *
 * <p>On the way in, {@link dev.craftstream.topics.TopicSources} reads records as they lie in the
 * topic and {@link dev.craftstream.topics.ParseRecords} makes events of them, or dead letters that
 * say in a sentence what was wrong. On the way out, {@link dev.craftstream.topics.TopicSinks}
 * writes with {@link dev.craftstream.topics.RecordEncoder}. {@link
 * dev.craftstream.topics.TopicAdmin} creates and checks the topics before the job starts.
 */
package dev.craftstream.topics;
