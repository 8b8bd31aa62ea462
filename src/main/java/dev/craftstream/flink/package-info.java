/**
 * What reaches beyond Flink's public interfaces, gathered so that an upgrade has one place to look
 * at.
 */
package dev.craftstream.flink;
