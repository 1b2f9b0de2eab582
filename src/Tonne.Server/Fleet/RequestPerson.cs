using Tonne.Formatting;

namespace Tonne.Server.Fleet;

/// <summary>Who sends a request, as far as the server knows: the audit log has it.</summary>
static class RequestPerson
{
    /// <summary>Where the holder of the token asks from.</summary>
    public static string Describe(HttpContext context)
    {
        var from = context.Connection.RemoteIpAddress is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : "the socket";
        // What a proxy says of the browser behind it; without a proxy anybody could write it.
        var behind = context.RequestServices.GetRequiredService<ServerOptions>().Proxy is not null
            && context.Request.Headers["X-Forwarded-For"].ToString() is { Length: > 0 } named
            ? $" for {TextSanitizer.ToOneLine(named)[..Math.Min(named.Length, 100)]}" : "";
        return $"token from {from}{behind}";
    }
}
