import { type logCreator, logLevel } from "kafkajs";

/** What we need of a logger, in pino's form. */
export interface KafkaLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Sends what kafkajs has to say to our logger, since it would write to the console. */
export function kafkajsLogCreator(logger: KafkaLogger): logCreator {
  return () =>
    ({ namespace, level, log: { message, timestamp: _timestamp, logger: _logger, ...fields } }) => {
      const known = { kafkajs: namespace, ...fields };
      switch (level) {
        // What kafkajs calls an error (a rebalance, a coordinator that is loading) it repairs itself. Errors that a
        // person must see reach us as faults and crashes.
        case logLevel.ERROR:
        case logLevel.WARN:
          logger.warn(known, message);
          break;
        case logLevel.INFO:
          logger.info(known, message);
          break;
        case logLevel.DEBUG:
        case logLevel.NOTHING:
          logger.debug(known, message);
          break;
      }
    };
}
