/**
 * Questions from the forms that public sets are published in, and datasets into the forms that
 * trainers read. Knows files and schemas, but neither Kafka nor the console.
 */
package dev.craftstream.client.exchange;
