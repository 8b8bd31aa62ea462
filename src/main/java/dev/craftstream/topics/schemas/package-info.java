/**
 * The topics and their schemas as others read them: JSON Schema, AsyncAPI and Protobuf descriptors,
 * made of the schemas themselves.
 */
package dev.craftstream.topics.schemas;
