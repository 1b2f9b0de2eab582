namespace Tonne.Extensions.AI;

/// <summary>What is known of a call when it begins.</summary>
/// <param name="Operation"><c>chat</c> or <c>embeddings</c>.</param>
/// <param name="Provider">Name of the provider; empty if unknown.</param>
/// <param name="Model">The model that is asked for; empty if unknown.</param>
readonly record struct CallIdentity(string Operation, string Provider, string Model);
