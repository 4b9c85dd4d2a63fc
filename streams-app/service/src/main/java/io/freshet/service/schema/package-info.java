/** Schemas from a schema registry: Confluent's, or Apicurio. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.schema;
