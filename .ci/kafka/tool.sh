#!/usr/bin/env bash
# Runs one of Kafka's command line tools. The name of the link to this file selects the tool.
set -euo pipefail
case $(basename "$0" .sh) in
  kafka-topics) main=org.apache.kafka.tools.TopicCommand ;;
  kafka-configs) main=kafka.admin.ConfigCommand ;;
  kafka-console-producer) main=org.apache.kafka.tools.ConsoleProducer ;;
  kafka-console-consumer) main=org.apache.kafka.tools.consumer.ConsoleConsumer ;;
  kafka-consumer-groups) main=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand ;;
  kafka-broker-api-versions) main=org.apache.kafka.tools.BrokerApiVersionsCommand ;;
  kafka-acls) main=kafka.admin.AclCommand ;;
  *) echo "this image does not have this tool: $0" >&2; exit 2 ;;
esac
exec java -Xmx256m -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=/etc/kafka/docker/tools-log4j2.yaml \
  -cp '/opt/kafka/libs/*' "$main" "$@"
