/** What a run on one machine starts: broker, model server, Flink and the demo's course. */
package dev.craftstream.embedded;
