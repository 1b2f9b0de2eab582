namespace Tonne.Server;

/// <summary>The server cannot start; the message says what is wrong and what to do.</summary>
sealed class ServerStartException(string message, Exception? inner = null) : Exception(message, inner);
