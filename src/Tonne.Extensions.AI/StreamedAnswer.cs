using System.Text;
using Microsoft.Extensions.AI;

namespace Tonne.Extensions.AI;

/// <summary>What a stream has answered so far.</summary>
sealed class StreamedAnswer
{
    readonly StringBuilder _text = new();
    ChatResponseUpdate? _last;

    /// <summary>
    /// Tokens that were reported, added up: services report those of the prompt first and those of the answer last, or all at the end.
    /// </summary>
    public UsageDetails? Usage { get; private set; }

    /// <summary>The model that answers; null if it was not named.</summary>
    public string? ModelId { get; private set; }

    /// <summary>The text so far, reasoning included.</summary>
    public string Text => _text.ToString();

    /// <summary>Whether something has come.</summary>
    public bool HasBegun => _last is not null;

    /// <summary>Adds an update.</summary>
    public void Add(ChatResponseUpdate update)
    {
        _last = update;
        ModelId ??= update.ModelId;
        foreach (var content in update.Contents)
        {
            if (content is UsageContent usage)
                (Usage ??= new UsageDetails()).Add(usage.Details);
            else
                _text.Append(GetText(content));
        }
    }

    /// <summary>An update without content that belongs to the same message.</summary>
    public ChatResponseUpdate CreateLastUpdate() => new()
    {
        ResponseId = _last?.ResponseId,
        MessageId = _last?.MessageId,
        ConversationId = _last?.ConversationId,
        ModelId = _last?.ModelId,
        CreatedAt = _last?.CreatedAt,
        Role = _last?.Role,
    };

    /// <summary>The text of a content; null if it has none.</summary>
    public static string? GetText(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent reasoning => reasoning.Text,
        FunctionResultContent { Result: string result } => result,
        _ => null,
    };
}
