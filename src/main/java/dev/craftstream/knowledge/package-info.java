/**
 * The port to model servers: how a question is asked under a model checkpoint, what can go wrong,
 * and how the servers are. Knows no protocol.
 */
package dev.craftstream.knowledge;
