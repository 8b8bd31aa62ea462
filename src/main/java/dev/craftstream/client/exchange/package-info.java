/**
 * Datasets in the forms that trainers read. Knows files and schemas, but neither Kafka nor the
 * console.
 */
package dev.craftstream.client.exchange;
