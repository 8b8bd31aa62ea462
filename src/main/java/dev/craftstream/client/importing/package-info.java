/**
 * Questions from the forms that public sets are published in, on their way to the job: recognised,
 * read, held against the job's rules, and handed on. Knows files and schemas, but neither Kafka nor
 * the console.
 */
package dev.craftstream.client.importing;
