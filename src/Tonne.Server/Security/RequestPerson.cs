using System.Globalization;
using Tonne.Formatting;

namespace Tonne.Server.Security;

/// <summary>Who sends a request. The guard sets it before any route runs; the database decides by the name what is seen.</summary>
/// <param name="Name">Name of the person.</param>
/// <param name="Origin">How the server knows it.</param>
sealed record RequestPerson(string Name, PersonOrigin Origin)
{
    /// <summary>Who has the server's token: to a fleet's database a person who owns the fleet. No other person has a name with
    /// blanks.</summary>
    public const string TokenHolder = "holder of the token";

    const int MaxLength = 200;

    /// <summary>Who has the token.</summary>
    public static RequestPerson Owner { get; } = new(TokenHolder, PersonOrigin.Token);

    /// <summary>Who sends a request.</summary>
    /// <exception cref="InvalidOperationException">The guard has not said: nothing may be read then.</exception>
    public static RequestPerson Of(HttpContext context) => context.Features.Get<RequestPerson>()
        ?? throw new InvalidOperationException("It is not known who sends this request.");

    /// <summary>What is wrong with the name of a person; null if nothing is.</summary>
    /// <remarks>
    /// Names are compared with users of runs and with memberships, exactly. Blanks and characters that hide or reorder text are in none
    /// of these, so they would only help to look like somebody else.
    /// </remarks>
    public static string? FindNameProblem(string name)
    {
        if (name.Length is 0 or > MaxLength)
            return string.Create(CultureInfo.InvariantCulture, $"the name of a person has 1 to {MaxLength} characters, not {name.Length}");
        foreach (var letter in name.EnumerateRunes())
        {
            // The replacement character takes the place of half a surrogate pair.
            if (letter == System.Text.Rune.ReplacementChar || System.Text.Rune.GetUnicodeCategory(letter) is UnicodeCategory.Control
                or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                return $"the name of a person has no blanks and no hidden characters: '{TextSanitizer.ToOneLine(name)}'";
        }

        return name == "*" ? "'*' is not the name of a person" : null;
    }

    /// <summary>Who and from where, for the audit log.</summary>
    public static string Describe(HttpContext context)
    {
        var person = Of(context);
        var who = person.Origin == PersonOrigin.Token ? "token" : $"person {person.Name}";
        var from = context.Connection.RemoteIpAddress is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : "the socket";
        // What a proxy says of the browser behind it; without a proxy anybody could write it.
        var behind = context.RequestServices.GetRequiredService<ServerOptions>().Proxy is not null
            && TextSanitizer.ToOneLine(context.Request.Headers["X-Forwarded-For"].ToString()) is { Length: > 0 } named
            ? $" for {named[..Math.Min(named.Length, 100)]}" : "";
        return $"{who} from {from}{behind}";
    }
}
