package dev.craftstream.method.judging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerWordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      textBlock =
          """
          A                        | A
          Lyon                     | Not Paris, but Lyon
          Beyoncé                  | Beyonce
          Beyonce                  | It is Beyoncé.
          The Beatles              | Beatles
          Beatles                  | the Beatles!
          U.S.                     | US
          US                       | the U.S. of A.
          US                       | in the U.S.
          10                       | ten
          ten                      | 10.
          Straße                   | STRASSE
          New York City            | new  york city
          well-known               | well known
          well known               | well-known
          e-mail                   | email
          email                    | an e-mail
          1,000                    | 1000
          one thousand             | 1,000
          1000                     | 1,000 people
          3.5                      | 3.5 km
          J. K. Rowling            | J.K. Rowling
          JK Rowling               | J. K. Rowling
          JK Rowling               | J.K. Rowling wrote it
          Paris                    | Paris's mayor
          McDonald's               | McDonalds
          McDonald's               | at McDonald's
          Simon & Garfunkel        | Simon and Garfunkel
          10%                      | ten percent
          10 percent               | 10%
          first                    | 1st
          21st                     | twenty-first
          1984                     | nineteen eighty-four
          2.5 million              | 2,500,000
          one million              | a million
          one                      | only one
          1                        | It was one.
          塞纳河                      | 是塞纳河。
          파리                       | 파리입니다
          -5                       | −5
          1914-1918                | 1914–1918
          1914                     | 1914–1918
          The The                  | The The
          Łódź                     | Lodz
          Ærø                      | Aero
          Москва                   | МОСКВА.
          ΣΊΣΥΦΟΣ                  | Σίσυφος
          ५                        | 5
          Dwayne "The Rock" Johnson | Dwayne The Rock Johnson
          O'Brien                  | O’Brien
          O'Brien                  | OBrien
          rock 'n' roll            | rock n roll
          St. Petersburg           | St Petersburg
          AC/DC                    | ACDC
          AC/DC                    | AC DC
          12:30                    | at 12:30
          $5                       | 5 dollars
          İstanbul                 | Istanbul
          two hundred and five     | 205
          Catch-22                 | Catch 22
          Se7en                    | Se7en
          Apollo 11                | Apollo eleven
          100 metres               | 100 metres
          """)
  void anAnswerGivesTheGoldAnswerInWhateverDress(String gold, String answer) {
    assertThat(isGiven(gold, answer)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      textBlock =
          """
          3                        | 1938
          it                       | Italy
          A                        | It was a band
          Paris                    | Not Paris, but Lyon
          23                       | The tower has 16723 steps.
          3.5                      | 35
          5                        | 3.5
          1                        | No one was there
          )                        | Season two (the third episode)
          5                        | -5
          the                      | in the house
          Ærø                      | Aeroe
          twenty                   | 2020
          Kyiv                     | the city is not Kyiv
          black                    | not black
          nothing                  | not nothing
          """)
  void whatOnlyLooksLikeItIsNotIt(String gold, String answer) {
    assertThat(isGiven(gold, answer)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ten                      | 10
          twenty one               | 21
          three hundred and five   | 305
          two thousand and nineteen | 2019
          nineteen eighty four     | 1984
          one million two hundred thousand | 1200000
          2.5 million              | 2500000
          3 hundred                | 300
          twenty first             | 21st
          first                    | 1st
          hundred                  | 100
          six and seven            | 6 and 7
          no one                   | no one
          one of them              | one of them
          one two three            | 1 2 3
          five thousand            | 5000
          twelve thirty            | 1230
          seven eleven             | 7 11
          five                     | 5
          """)
  void numbersInWordsAreNumbersInDigits(String words, String digits) {
    assertThat(NumberWords.inDigits(List.of(words.split(" ")))).containsExactly(digits.split(" "));
  }

  private static boolean isGiven(String gold, String answer) {
    return AnswerWords.of(gold).map(words -> words.areIn(AnswerWords.text(answer))).orElse(false);
  }
}
