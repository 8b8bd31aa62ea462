/** What commands read from and write to any deployment: the topics, and Flink's REST interface. */
package dev.craftstream.client;
