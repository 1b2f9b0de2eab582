namespace Tonne.Server.Proxying;

/// <summary>What went wrong.</summary>
/// <param name="Message">In words.</param>
/// <param name="Type">For programs.</param>
sealed record ProxyErrorDetail(string Message, string Type);
