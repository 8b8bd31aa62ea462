/** Commands for those who operate the job: its status, servers, transactions and dead letters. */
package dev.craftstream.cli.operate;
